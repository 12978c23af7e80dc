"""The sign NUL is legal in JSON and unknown to PostgreSQL: wherever it stands, the entry is kept and answered."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from device import Device, Visit, id_of
from noticing.database import db
from noticing.entry_log.store import read_after
from noticing.observations import projection
from noticing.observations.rebuilding import rebuild
from school import PASSWORD, School, sign_in


@pytest.fixture
def visit(app: Flask, school: School) -> Visit:
    visit = Visit(Device(app, school.people["lee"]), school)
    assert visit.device.push([visit.start])["set_aside"] == []
    return visit


Make = Callable[[Visit], str]


def with_field(**other: Any) -> Make:
    return lambda visit: json.dumps(json.loads(visit.mark()) | other)


def start_with(**said: Any) -> Make:
    return lambda visit: Visit(visit.device, visit.school, **said).start


PLACES: dict[str, Make] = {
    **{
        name: with_field(**{name: "a\0b"})
        for name in ("entry_id", "author_id", "subject_kind", "subject_id", "kind", "item_key", "occurred_at")
    },
    **{f"{name} only": with_field(**{name: "\0"}) for name in ("clock_session_id", "app_version", "salt")},
    "replaces": with_field(replaces=["\0"]),
    "kind and more": with_field(kind="item.marked\0"),
    "a line": lambda visit: visit.line("What\0could we draw?"),
    "a name in a payload": with_field(payload={"\0": "\0"}),
    "an entry of an amendment": lambda visit: visit.body(
        "entry.amended", {"entry_id": "\0", "payload": {}, "reason": "\0"}
    ),
    "an entry of a retraction": lambda visit: visit.body(
        "entry.retracted", {"entry_id": "\0", "reason": "\0"}
    ),
    "a draft": lambda visit: visit.body("draft.written", {"value": "\0"}, "ste\0p"),
    "feedback": lambda visit: visit.share(["\0"], strength="3 of 3\0 students could say it."),
    "an answer": lambda visit: visit.body("feedback.replied", {"feedback_entry_id": "\0", "text": "\0"}),
    **{
        f"{name} of a start": start_with(**{name: "\0"})
        for name in (
            "tenant_id",
            "school_id",
            "class_id",
            "observed_id",
            "pairing_id",
            "protocol_slug",
            "purpose",
        )
    },
    "agreed items": start_with(agreed_items=["\0"]),
    "the class of a correction": lambda visit: visit.body(
        "observation.corrected", {"class_id": "\0", "reason": "\0"}
    ),
}


@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_nul_makes_no_fault_and_loses_nothing(app: Flask, school: School, visit: Visit, make: Make) -> None:
    body, after = make(visit), visit.mark()
    assert "\\u0000" in body
    assert visit.device.push([body, after])["acknowledged_through"] == 3
    with app.app_context():
        kept = [each.body for each in read_after(db.session(), school.tenant_id, 0, 10)]
        assert kept[1:] == [body.encode(), after.encode()]
        rebuild(school.tenant_id)
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    assert id_of(after) in [line["entry_id"] for line in view["timeline"]]
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    assert client.get("/api/v1/sync/changes").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/sync/hello?stream_id=%00", "/api/v1/sync/changes?after=%00"])
def test_nul_in_an_address_makes_no_fault(app: Flask, school: School, path: str) -> None:
    client = app.test_client()
    sign_in(client, school.email("lee"), PASSWORD)
    assert client.get(path).status_code < 500
