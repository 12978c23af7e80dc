"""What was set aside is no part of the view; tests/pwa/set_aside.test.ts holds the tablet to the same story."""

import json
from pathlib import Path

from noticing.observations.fold import fold

WIRE = json.loads((Path(__file__).parents[1] / "wire/set-aside.json").read_text("utf-8"))


def test_the_story_of_what_was_accepted_is_the_one_both_sides_tell() -> None:
    accepted = [one["entry"] for one in WIRE["log"] if one["set_aside"] is None]
    assert 0 < len(accepted) < len(WIRE["log"])
    assert fold(accepted, WIRE["protocol"]) == WIRE["view"]


def test_the_story_with_all_of_it_would_be_another_one() -> None:
    everything = [one["entry"] for one in WIRE["log"]]
    assert fold(everything, WIRE["protocol"]) != WIRE["view"]
