"""Reading one body, and what of it can be trusted."""

import json
from typing import Any

import pytest

from noticing.entry_log.entry import (
    Unreadable,
    is_uuid,
    make_stand_in_id,
    parse_body,
    read_claimed_id,
)
from noticing.instants import read_instant
from visits import entry as visit_entry

ID = "019a7c10-0101-7a00-8000-000000000101"


def body(**other: Any) -> bytes:
    made = visit_entry("e05", "item.marked", {}, item="goal_visible") | {
        "entry_id": ID,
        "author_id": ID,
        "subject_kind": "observation",
        "subject_id": ID,
        "clock_session_id": ID,
        "app_version": "0.1.0",
        "entry_schema": 1,
    }
    return json.dumps(made | other).encode()


def test_a_body_is_read_with_its_times() -> None:
    entry = parse_body(body())
    assert (entry.kind, entry.item_key) == ("item.marked", "goal_visible")
    assert read_instant(entry.occurred_at).isoformat() == "2026-11-12T09:05:00-05:00"


def test_a_field_of_a_later_release_does_not_make_an_entry_unreadable() -> None:
    assert parse_body(body(mood="curious")).kind == "item.marked"


@pytest.mark.parametrize(
    "time", ["2026-11-12T09:05:00Z", "2026-11-12T09:05:00.000Z", "1970-01-01T00:00:00.000+14:00"]
)
def test_a_time_may_be_of_any_clock_that_has_an_offset(time: str) -> None:
    assert parse_body(body(occurred_at=time))


@pytest.mark.parametrize(
    "time", ["2026-11-12 09:05:00.000Z", "2026-02-30T09:05:00.000Z", "0001-01-01T00:00:00.000Z"]
)
def test_a_time_that_is_none_is_said(time: str) -> None:
    with pytest.raises(Unreadable) as fault:
        parse_body(body(occurred_at=time))
    assert fault.value.code == "time-unreadable"


def test_a_payload_of_32_kb_fits_and_one_byte_more_does_not() -> None:
    frame = len('{"text":""}')
    assert parse_body(body(payload={"text": "a" * (32 * 1024 - frame)}))
    with pytest.raises(Unreadable) as fault:
        parse_body(body(payload={"text": "a" * (32 * 1024 - frame + 1)}))
    assert fault.value.code == "too-long"


def test_an_unreadable_body_still_tells_its_id_where_it_has_one() -> None:
    assert read_claimed_id(body(payload=[])) == ID
    assert read_claimed_id(b'{"entry_id": "7"}') is None
    assert read_claimed_id(b"garbage") is None


def test_a_stand_in_id_is_the_same_for_the_same_account_and_bytes_only() -> None:
    one = make_stand_in_id("lee", bytes(32))
    assert is_uuid(one)
    assert one == make_stand_in_id("lee", bytes(32))
    assert one != make_stand_in_id("park", bytes(32))


@pytest.mark.parametrize(
    "value", [None, 7, "", ID.upper(), ID + "\n", ID[:-1], f"{{{ID}}}", ID.replace("-", "")]
)
def test_what_the_database_would_choke_on_is_no_id(value: Any) -> None:
    assert is_uuid(ID)
    assert not is_uuid(value)
