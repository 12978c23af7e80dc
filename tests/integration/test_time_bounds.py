"""Where the tablet's clock was not looked at near the moment, the page says how far a time can be off."""

import gzip
import html
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, id_of
from noticing.clock import make_random_id, now
from noticing.database import UtcTime, db
from noticing.feedback import sentences
from school import PASSWORD, School, sign_in

EXPLANATION = "A time with ± can be off by that much"


@pytest.fixture(autouse=True)
def long_employed(app: Flask, school: School) -> None:
    """Roles and pairing have held for a day."""
    since = {"since": now() - timedelta(days=1)}
    with app.app_context(), db.engine.begin() as connection:
        for table in ("role_grant", "pairing"):
            change = sa.text(f"UPDATE {table} SET from_at = :since")
            connection.execute(change.bindparams(sa.bindparam("since", type_=UtcTime())), since)


def page_after(
    app: Flask, school: School, lee: Device, ahead: timedelta, *, is_other_page_life: bool
) -> tuple[str, str]:
    """The notes of a visit that was pushed 40 minutes after it began, and the row of its one line."""
    lee.began = (now() + ahead - timedelta(minutes=40)).astimezone()
    visit = Visit(lee, school)
    mark = visit.mark(minute=2)
    bodies = [visit.start, mark, visit.finish(), visit.share([id_of(mark)])]
    clock = {
        "device_wall": (now() + ahead).astimezone().isoformat(timespec="milliseconds"),
        "device_elapsed_ms": 40 * 60_000,
        "clock_session_id": make_random_id() if is_other_page_life else lee.clock_session_id,
        "round_trip_ms": 100,
    }
    sent = {"stream_id": lee.stream_id, "from_seq": 1, "bodies": bodies, "clock": clock}
    assert lee.post(gzip.compress(json.dumps(sent).encode())).status_code == 200
    client = app.test_client()
    sign_in(client, school.email("rivera"), PASSWORD)
    text = html.unescape(client.get(f"/notes/{visit.observation_id}").get_data(as_text=True))
    start = text.index(f'id="line-{id_of(mark)}"')
    return text, text[start : text.index("</tr>", start)]


def test_a_time_of_a_page_life_that_never_spoke_says_how_far_it_can_be_off(
    app: Flask, school: School, lee: Device
) -> None:
    text, row = page_after(app, school, lee, timedelta(seconds=3), is_other_page_life=True)
    assert "± 4 s" in row or "± 3 s" in row
    assert text.count(EXPLANATION) == 1


def test_a_time_that_is_known_well_has_no_such_sign(app: Flask, school: School, lee: Device) -> None:
    text, _ = page_after(app, school, lee, timedelta(seconds=3), is_other_page_life=False)
    assert "±" not in text


def test_a_small_difference_is_told_to_nobody(app: Flask, school: School, lee: Device) -> None:
    text, _ = page_after(app, school, lee, timedelta(0), is_other_page_life=True)
    assert "±" not in text


@pytest.mark.parametrize(
    ("bound_ms", "said"),
    [(1_001, "± 2 s"), (59_400, "± 60 s"), (100_000, "± 2 min"), (7 * 3_600_000, "± 7 h")],
)
def test_it_is_rounded_up_to_what_can_be_read(app: Flask, bound_ms: int, said: str) -> None:
    with app.test_request_context():
        assert sentences.name_bound(bound_ms) == said
