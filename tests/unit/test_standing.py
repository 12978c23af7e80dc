"""The door and the fold must see one observation alike: whose it is, whom and where it concerns."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noticing.entry_log.entry import Entry
from noticing.observations.fold import fold
from noticing.sync.standing import Came, Standing

OBSERVATION, OBSERVER = "observation", "observer"
FIELDS = ("class_id", "observed_id", "school_id", "pairing_id")


def make(
    entry_id: str, kind: str, payload: dict[str, Any], replaces: tuple[str, ...] = (), minute: int = 0
) -> Entry:
    at = f"2026-11-12T09:{minute:02}:00.000-05:00"
    return Entry(
        entry_id=entry_id,
        author_id=OBSERVER,
        subject_kind="observation",
        subject_id=OBSERVATION,
        kind=kind,
        item_key=None,
        payload=payload,
        replaces=list(replaces),
        occurred_at=at,
        entered_at=at,
        elapsed_ms=minute * 60_000,
        clock_session_id="page",
        app_version="0.1.0",
        entry_schema=1,
        salt="salt",
    )


START = make(
    "e00", "observation.started", {name: f"{name} at first" for name in FIELDS} | {"channel": "coaching"}
)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """A start with corrections, retractions, an end and shares, in any relation and any order."""
    entries, ids = [START], ["e00"]
    for number in range(1, draw(st.integers(0, 7)) + 1):
        entry_id = f"e{number:02}"
        minute = draw(st.integers(0, 3))
        match draw(st.sampled_from(["correct", "correct", "correct", "retract", "finish", "share"])):
            case "correct":
                names = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=2, unique=True))
                replaces = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
                payload = {name: f"{name} by {entry_id}" for name in names}
                entries.append(make(entry_id, "observation.corrected", payload, tuple(replaces), minute))
            case "retract":
                payload = {"entry_id": draw(st.sampled_from(ids)), "reason": "undo"}
                entries.append(make(entry_id, "entry.retracted", payload, minute=minute))
            case "finish":
                entries.append(make(entry_id, "observation.finished", {"covers": []}, minute=minute))
            case _:
                entries.append(make(entry_id, "feedback.shared", {"version": 1}, minute=minute))
        ids.append(entry_id)
    return draw(st.permutations(entries))


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_door_and_the_fold_agree_on_every_field(entries: list[Entry]) -> None:
    standing = Standing(OBSERVATION)
    for number, entry in enumerate(entries):
        standing.add(entry, Came(number))
    view = fold([msgspec.to_builtins(entry) for entry in entries], None)
    assert {name: standing.field(name) for name in FIELDS} == {name: view["context"][name] for name in FIELDS}
    sitting = standing.sitting("tenant", is_pairing_held=False)
    assert sitting is not None
    assert sitting.observer_id == view["observer_id"]
    assert sitting.is_shared == (view["status"] == "shared")
    assert sitting.is_finished == (view["status"] in ("finished", "shared"))


def test_a_proposed_correction_is_seen_as_if_it_were_there() -> None:
    standing = Standing(OBSERVATION)
    standing.add(START, Came(1))
    proposed = make("e01", "observation.corrected", {"class_id": "another"}, ("e00",))
    assert standing.field("class_id", proposed) == "another"
    assert standing.field("class_id") == "class_id at first"


@pytest.mark.parametrize(
    ("came", "is_before"),
    [
        (Came(5), False),
        (Came(6), False),
        (Came(7), True),
        (Came(7, "another stream", 5), True),
        (Came(7, "stream", 5), False),
        (Came(5, "stream", 7), True),
    ],
)
def test_what_was_made_after_the_share_knows_it(came: Came, is_before: bool) -> None:
    """In the stream of the share by its own order, else by arrival."""
    standing = Standing(OBSERVATION)
    standing.add(START, Came(1))
    standing.add(make("e06", "feedback.shared", {}), Came(6, "stream", 6))
    assert standing.is_shared_before(came) is is_before


def test_without_a_start_there_is_no_sitting() -> None:
    standing = Standing(OBSERVATION)
    standing.add(make("e01", "observation.finished", {}), Came(1))
    assert standing.sitting("tenant", is_pairing_held=True) is None
    assert standing.field("class_id") is None
