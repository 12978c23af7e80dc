"""Whatever a disk or a hand has spoilt, a device that still has the entries heals; nothing else can be changed so."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from comparing import agrees, read, repair, spoil
from device import Device, Visit
from noticing.clock import make_random_id
from noticing.entry_log.streams import revoke_stream
from noticing.observations.projection import view_of
from noticing.observations.rebuilding import rebuild
from noticing.sync.other_rooms import join_rooms, other_rooms
from school import PASSWORD, School, sign_in

VIEW_OF_LOG = "SELECT stream_seq, set_aside_code FROM log_entry ORDER BY change_seq"


def pushed(lee: Device, school: School) -> tuple[Visit, list[str]]:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.line("What could we draw?"), visit.finish()]
    assert lee.push(bodies)["set_aside"] == []
    return visit, bodies


def view(app: Flask, school: School, visit: Visit) -> Any:
    with app.app_context():
        return view_of(school.tenant_id, visit.observation_id)


def assert_healed(app: Flask, lee: Device, bodies: Sequence[str], answer: dict[str, Any]) -> None:
    assert answer["fork"] is None
    assert answer["set_aside"] == []
    assert agrees(lee, bodies)
    again = lee.push(bodies, from_seq=1)
    assert (again["fork"], again["acknowledged_through"]) == (None, len(bodies))


SPOILT = {
    "an envelope is gone": "DELETE FROM envelope WHERE stream_seq = :seq",
    "an entry is gone": "DELETE FROM log_entry WHERE stream_seq = :seq",
    "the hash of an envelope": "UPDATE envelope SET body_hash = :hash WHERE stream_seq = :seq",
    "the hash of an entry": "UPDATE log_entry SET body_hash = :hash WHERE stream_seq = :seq",
    "an envelope leads nowhere": "UPDATE envelope SET change_seq = 99999 WHERE stream_seq = :seq",
    "an envelope leads to another": "UPDATE envelope SET change_seq = (SELECT max(change_seq) FROM log_entry) "
    "WHERE stream_seq = :seq",
    "the bytes": "UPDATE log_entry SET body = :hash WHERE stream_seq = :seq",
}


@pytest.mark.parametrize("statement", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("seq", [1, 2])
def test_it_is_found_and_healed(app: Flask, school: School, lee: Device, statement: str, seq: int) -> None:
    visit, bodies = pushed(lee, school)
    before = view(app, school, visit)
    values = {"hash": b"\xff" * 32} if ":hash" in statement else {}
    spoil(app, statement, seq=seq, **values)
    assert not agrees(lee, bodies)
    assert_healed(app, lee, bodies, repair(lee, bodies))
    assert view(app, school, visit) == before
    with app.app_context():
        rebuild(school.tenant_id)
    assert view(app, school, visit) == before


def test_both_rows_of_an_entry_come_back(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = pushed(lee, school)
    before = view(app, school, visit)
    spoil(app, SPOILT["an entry is gone"], seq=3)
    spoil(app, SPOILT["an envelope is gone"], seq=3)
    assert not agrees(lee, bodies)
    assert_healed(app, lee, bodies, repair(lee, bodies))
    assert view(app, school, visit) == before


def test_a_push_without_repairs_mends_nothing_that_is_there(app: Flask, school: School, lee: Device) -> None:
    _, bodies = pushed(lee, school)
    spoil(app, SPOILT["the bytes"], seq=2, hash=b"{}")
    lee.push(bodies, from_seq=1)
    assert not agrees(lee, bodies)


def test_other_content_stays_a_fork_and_changes_nothing(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = pushed(lee, school)
    answer = repair(lee, [bodies[0], visit.mark(), *bodies[2:]])
    assert answer["fork"] == {"stream_seq": 2}
    assert agrees(lee, bodies)


def test_a_repairing_push_of_what_is_sound_changes_nothing(app: Flask, school: School, lee: Device) -> None:
    _, bodies = pushed(lee, school)
    feed = "SELECT last_change_seq FROM feed_counter"
    before = read(app, feed)
    answer = repair(lee, bodies)
    assert (answer["acknowledged_through"], answer["set_aside"]) == (4, [])
    assert read(app, feed) == before


def test_what_waited_for_a_spoilt_start_counts_when_it_is_mended(
    app: Flask, school: School, lee: Device
) -> None:
    visit, bodies = pushed(lee, school)
    spoil(app, SPOILT["the bytes"], seq=1, hash=b"\xff")
    late = visit.mark(minute=5)
    assert [each["code"] for each in lee.push([late])["set_aside"]] == ["observation-unknown"]
    assert_healed(app, lee, [*bodies, late], repair(lee, bodies))
    assert view(app, school, visit)["items"]["goal_visible"]["seen"] == 2


def test_the_next_steps_hear_of_what_is_mended_beside_a_fork(app: Flask, school: School, lee: Device) -> None:
    visit, bodies = pushed(lee, school)
    spoil(app, SPOILT["the bytes"], seq=1, hash=b"\xff")
    heard: list[str] = []
    with app.app_context():
        followers = (lambda tenant_id, _kinds: heard.append(tenant_id),)
        join_rooms(app, replace(other_rooms(), followers=followers))
    forked = [bodies[0], visit.mark(), *bodies[2:]]
    assert repair(lee, forked)["fork"] == {"stream_seq": 2}
    assert heard == [school.tenant_id]
    assert repair(lee, forked)["fork"] == {"stream_seq": 2}
    assert heard == [school.tenant_id]  # nothing was left to mend


def test_a_correction_that_was_made_before_sharing_takes_its_old_place(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    corrected = visit.body("observation.corrected", {"students_present": 21, "reason": "one left"}, minute=2)
    evidence = visit.mark()
    bodies = [visit.start, evidence, corrected, visit.finish()]
    bodies.append(visit.share([json.loads(evidence)["entry_id"]]))
    assert lee.push(bodies)["set_aside"] == []
    before = view(app, school, visit)
    spoil(app, SPOILT["an entry is gone"], seq=3)
    assert_healed(app, lee, bodies, repair(lee, bodies))
    assert view(app, school, visit) == before


def test_a_spoilt_entry_is_not_handed_out_and_comes_when_it_is_mended(
    app: Flask, school: School, lee: Device
) -> None:
    _, bodies = pushed(lee, school)
    spoil(app, SPOILT["the bytes"], seq=2, hash=b'{"nearly":"right"}')
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    page = client.get("/api/v1/sync/changes").get_json()
    handed = [item["body"] for item in page["items"] if item["what"] == "entry"]
    assert handed == [bodies[0], *bodies[2:]]
    repair(lee, bodies)
    page = client.get("/api/v1/sync/changes", query_string={"after": page["cursor"]}).get_json()
    again = [item["body"] for item in page["items"] if item["what"] == "entry"]
    assert bodies[1] in again
    assert set(again) <= set(bodies)


def test_what_was_left_out_while_a_start_was_spoilt_comes_when_it_is_mended(
    app: Flask, school: School, lee: Device
) -> None:
    _, bodies = pushed(lee, school)
    spoil(app, SPOILT["the bytes"], seq=1, hash=b'{"nearly":"right"}')
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    page = client.get("/api/v1/sync/changes").get_json()
    assert not [item for item in page["items"] if item["what"] == "entry"]
    repair(lee, bodies)
    page = client.get("/api/v1/sync/changes", query_string={"after": page["cursor"]}).get_json()
    assert {item["body"] for item in page["items"] if item["what"] == "entry"} == set(bodies)


def test_a_revoked_device_can_still_heal_what_had_come_before(
    app: Flask, school: School, lee: Device
) -> None:
    visit, bodies = pushed(lee, school)
    before = view(app, school, visit)
    spoil(app, SPOILT["an entry is gone"], seq=2)
    with app.app_context():
        assert revoke_stream(school.tenant_id, lee.stream_id)
    assert_healed(app, lee, bodies, repair(lee, bodies))
    assert view(app, school, visit) == before


def test_a_body_that_another_stream_shares_is_mended_for_both(
    app: Flask, school: School, lee: Device
) -> None:
    _, bodies = pushed(lee, school)
    second = Device(app, school.people["lee"])
    second.push(bodies)
    spoil(app, SPOILT["the bytes"], seq=2, hash=b"?")
    assert not agrees(second, bodies)
    repair(second, bodies)
    assert agrees(lee, bodies)
    assert agrees(second, bodies)


def test_an_id_that_no_entry_has_does_not_stand_in_the_way(app: Flask, school: School, lee: Device) -> None:
    """A garbage body is mended like any other."""
    lee.push(["garbage", json.dumps({"entry_id": make_random_id()})])
    spoil(app, SPOILT["the bytes"], seq=1, hash=b"garbagf")
    bodies = ["garbage"]
    repair(lee, bodies)
    assert agrees(lee, bodies)
