"""Tablets with wrong clocks: what they record is judged, shown and told by the server's time; raw times stay."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, id_of
from noticing.accounts.pairings import end_pairing, pair
from noticing.clock import frozen, make_random_id, now
from noticing.database import UtcTime, db
from noticing.feedback.visits import find_visit, notes_of
from noticing.observations import clocks, projection
from noticing.sync.reprocessing import reprocess
from school import PASSWORD, School, sign_in

TEN_YEARS = timedelta(days=3650)
SEVEN_MINUTES = timedelta(minutes=7)


@pytest.fixture(autouse=True)
def long_employed(app: Flask, school: School) -> None:
    """Roles and pairing have held for a year."""
    since = {"since": now() - timedelta(days=365)}
    with app.app_context(), db.engine.begin() as connection:
        for table in ("role_grant", "pairing"):
            change = sa.text(f"UPDATE {table} SET from_at = :since")
            connection.execute(change.bindparams(sa.bindparam("since", type_=UtcTime())), since)


def push(device: Device, bodies: list[str], ahead: timedelta, elapsed_min: float = 40, **clock: Any) -> Any:
    """`elapsed_min` after the device's clock session began; its wall clock is `ahead` of the server's."""
    reading = {
        "device_wall": (now() + ahead).astimezone().isoformat(timespec="milliseconds"),
        "device_elapsed_ms": elapsed_min * 60_000,
        "clock_session_id": device.clock_session_id,
        "round_trip_ms": 100,
    } | clock
    sent = {"stream_id": device.stream_id, "from_seq": device.next_seq, "bodies": bodies, "clock": reading}
    response = device.post(gzip.compress(json.dumps(sent).encode()))
    assert response.status_code == 200, response.get_data(as_text=True)
    device.next_seq += len(bodies)
    return response.get_json()


def make_visit(device: Device, school: School, ahead: timedelta) -> Visit:
    """Begun 40 minutes ago by the server's clock, on a tablet that is `ahead`."""
    device.began = (now() + ahead - timedelta(minutes=40)).astimezone()
    return Visit(device, school)


def shared(visit: Visit) -> list[str]:
    mark = visit.mark(minute=2)
    return [visit.start, mark, visit.finish(), visit.share([id_of(mark)])]


@pytest.mark.parametrize("ahead", [TEN_YEARS, -TEN_YEARS, SEVEN_MINUTES, timedelta(0)], ids=str)
def test_a_tablet_of_any_year_has_its_entries_accepted_and_told_by_our_time(
    app: Flask, school: School, lee: Device, ahead: timedelta
) -> None:
    """The pairing began today: by the clock of a tablet ten years behind it would not hold yet."""
    with app.app_context():
        end_pairing(school.pairing_id, at=now() - timedelta(days=2))
        pair(school.people["lee"], school.people["rivera"], from_at=now() - timedelta(hours=1))
    visit = make_visit(lee, school, ahead)
    bodies = shared(visit)
    assert push(lee, bodies, ahead)["set_aside"] == []
    began = now() - timedelta(minutes=40)
    with app.app_context():
        times = clocks.times_of(school.tenant_id, visit.observation_id)
        assert set(times) == {id_of(body) for body in bodies}
        start = times[id_of(bodies[0])]
        assert abs(start.instant_ms - began.timestamp() * 1000) < 5000
        assert start.bound_ms is not None
        assert start.bound_ms < 300
        assert abs(start.ahead_ms - ahead / timedelta(milliseconds=1)) < 5000
        raw = projection.view_of(school.tenant_id, visit.observation_id)
        assert raw is not None
        assert raw["started_at"] == json.loads(visit.start)["occurred_at"]
        right, minutes = clocks.set_right(school.tenant_id, raw)
    assert minutes == ahead / timedelta(minutes=1)
    assert right["started_at"] == (raw["started_at"] if not minutes else right["started_at"])
    assert right["started_at"][:16] in {
        (began.astimezone() + timedelta(minutes=apart)).isoformat()[:16] for apart in (-1, 0, 1)
    }


def test_a_clock_that_claims_a_time_when_she_was_permitted_does_not_help(
    app: Flask, school: School, lee: Device
) -> None:
    with app.app_context():
        end_pairing(school.pairing_id, at=now() - timedelta(days=1))
    behind = timedelta(days=-3)
    visit = make_visit(lee, school, behind)
    assert {each["code"] for each in push(lee, [visit.start], behind)["set_aside"]} == {"not-permitted-then"}


def test_a_later_sample_lets_what_lay_aside_be_judged_by_better_knowledge(
    app: Flask, school: School, lee: Device
) -> None:
    with app.app_context():
        end_pairing(school.pairing_id, at=now() - timedelta(days=2))
        pair(school.people["lee"], school.people["rivera"], from_at=now() - timedelta(hours=1))
    visit = make_visit(lee, school, -TEN_YEARS)
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "bodies": [visit.start]}
    answer = lee.post(gzip.compress(json.dumps(sent).encode())).get_json()
    assert [each["code"] for each in answer["set_aside"]] == ["not-permitted-then"]
    lee.next_seq = 2
    push(lee, [], -TEN_YEARS)
    with app.app_context():
        assert reprocess(school.tenant_id) == 1


def test_a_page_life_that_never_spoke_goes_by_the_wall_clock_with_its_error_said(
    app: Flask, school: School, lee: Device
) -> None:
    visit = make_visit(lee, school, SEVEN_MINUTES)
    answer = push(lee, shared(visit), SEVEN_MINUTES, elapsed_min=1, clock_session_id=make_random_id())
    assert answer["set_aside"] == []
    with app.app_context():
        times = clocks.times_of(school.tenant_id, visit.observation_id).values()
    assert {time.basis for time in times} == {"wall"}
    for time in times:
        assert time.bound_ms is not None
        assert time.bound_ms >= 7 * 60_000


@pytest.mark.parametrize("stranger", ["okafor", "rivera"])
def test_another_account_cannot_move_the_times_of_her_entries(
    app: Flask, school: School, lee: Device, stranger: str
) -> None:
    """It knows the clock session, and claims absurd things of it in a stream of its own."""
    visit = make_visit(lee, school, timedelta(0))
    push(lee, shared(visit), timedelta(0))

    def told() -> Any:
        with app.app_context():
            view = projection.view_of(school.tenant_id, visit.observation_id)
            assert view is not None
            times = clocks.times_of(school.tenant_id, visit.observation_id)
            return times, clocks.set_right(school.tenant_id, view)

    before = told()
    poisoner = Device(app, school.people[stranger])
    poisoner.clock_session_id = lee.clock_session_id
    push(poisoner, [], TEN_YEARS, elapsed_min=0, round_trip_ms=0)
    push(poisoner, [], -TEN_YEARS, elapsed_min=2**38, round_trip_ms=0)
    assert told() == before


def test_absurd_samples_of_the_own_device_lose_nothing_and_close_no_page(
    app: Flask, school: School, lee: Device
) -> None:
    visit = make_visit(lee, school, timedelta(0))
    bodies = shared(visit)
    absurd = visit.body("item.marked", {}, "goal_visible", elapsed_ms=10**60)
    for wall in ("1000-01-01T00:00:00.000+23:59", "2999-12-31T23:59:59.999-23:59"):
        push(lee, [], timedelta(0), device_wall=wall, device_elapsed_ms=2**53, round_trip_ms=0)
    assert push(lee, [*bodies[:2], absurd, *bodies[2:]], timedelta(0), round_trip_ms=2**53)["set_aside"] == []
    client = app.test_client()
    sign_in(client, school.email("rivera"), PASSWORD)
    assert client.get(f"/notes/{visit.observation_id}").status_code == 200


def open_notes(app: Flask, school: School, who: str) -> Callable[[Visit], str]:
    client = app.test_client()
    sign_in(client, school.email(who), PASSWORD)
    return lambda visit: client.get(f"/notes/{visit.observation_id}").text


@pytest.mark.parametrize("who", ["rivera", "lee"])
def test_notes_say_when_their_times_are_corrected_and_only_then(
    app: Flask, school: School, lee: Device, who: str
) -> None:
    right = make_visit(lee, school, timedelta(minutes=1))
    rights = shared(right)
    push(lee, rights, timedelta(minutes=1))
    lee.clock_session_id = make_random_id()
    wrong = make_visit(lee, school, SEVEN_MINUTES)
    wrongs = shared(wrong)
    push(lee, wrongs, SEVEN_MINUTES)
    notes = open_notes(app, school, who)
    said = "clock was 7 minutes ahead in this visit. The times here are corrected."
    assert (said in notes(right), said in notes(wrong)) == (False, True)
    assert f">{clock_face(rights[1], 0)}<" in notes(right)
    assert f">{clock_face(wrongs[1], -7)}<" in notes(wrong)


def clock_face(body: str, minutes: int) -> str:
    moment = datetime.fromisoformat(json.loads(body)["occurred_at"]) + timedelta(minutes=minutes)
    return f"{moment:%-I:%M} {'am' if moment.hour < 12 else 'pm'}"


def test_the_hash_of_a_letter_by_a_right_clock_is_what_it_was(
    app: Flask, school: School, lee: Device
) -> None:
    """It stands on paper already."""
    visit = make_visit(lee, school, timedelta(0))
    push(lee, shared(visit), timedelta(0))
    with app.app_context():
        view = find_visit(school.tenant_id, visit.observation_id)
        first = notes_of(school.tenant_id, view)
        db.session.execute(sa.text("DELETE FROM clock_sample"))
        assert notes_of(school.tenant_id, view).short_hash == first.short_hash


def test_a_sample_is_kept_before_what_came_with_it_is_judged(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        end_pairing(school.pairing_id, at=now() - timedelta(days=2))
        pair(school.people["lee"], school.people["rivera"], from_at=now() - timedelta(hours=1))
    with frozen(now()):
        visit = make_visit(lee, school, timedelta(days=-30))
        assert push(lee, [visit.start], timedelta(days=-30))["set_aside"] == []
