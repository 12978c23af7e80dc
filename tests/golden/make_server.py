"""Writes what this release's server keeps and what its tablets send. README.md says when and how to run it.

    PYTHONPATH=server:tests python tests/golden/make_server.py FOLDER

`server.sql`: the database of a small school as SQLite's statements. `pushes.json`: pushes to that very database, as
bytes, each with what this release answered.
"""

import base64
import gzip
import json
import secrets
import sqlite3
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Flask

from device import PUSH, Device, Visit, id_of
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from noticing.migrating import migrate
from noticing.observations.projection import catch_up
from noticing.protocols.kinds import KINDS
from school import School, make_school

FROM_THE_FUTURE = "weather.felt"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "noticing.db"
        app = make_app(file)
        with app.app_context():
            migrate()
        school = make_school(app)
        _fill(app, school)
        coach, teacher = Device(app, school.people["lee"]), Device(app, school.people["rivera"])
        with app.app_context():
            catch_up(school.tenant_id)
            db.engine.dispose()
        with sqlite3.connect(file) as connection:
            (folder / "server.sql").write_text("\n".join(connection.iterdump()) + "\n")
        pushes = [_send(device, bodies, way) for device, bodies, way in _pushes(school, coach, teacher)]
        (folder / "pushes.json").write_text(json.dumps(pushes, indent=1, ensure_ascii=False) + "\n")


def make_app(file: Path) -> Flask:
    config = Config(
        data_dir=file.parent, database_url=f"sqlite:///{file}", secret_key="only for tests", is_testing=True
    )
    return create_app(config)


def _fill(app: Flask, school: School) -> None:
    """What was in the database before the release was followed by another."""
    lee, rivera = Device(app, school.people["lee"]), Device(app, school.people["rivera"])
    first, second = _visit_with_feedback(lee, school), _sweep_visit(lee, school)
    lee.push(first)
    lee.push(second)
    lee.push(["no entry at all", Visit(lee, school).mark()])
    rivera.push([_reply(rivera, first)])


def _pushes(school: School, coach: Device, teacher: Device) -> list[tuple[Device, list[str], str]]:
    visits = [_visit_with_feedback(coach, school), _sweep_visit(coach, school), _tally_visit(coach, school)]
    visits.append(_script_visit(coach, school))
    odd = coach.body(json.loads(visits[0][0])["subject_id"], FROM_THE_FUTURE, {"degrees": 21.5})
    reply = _reply(teacher, visits[0])
    kinds = {json.loads(body)["kind"] for body in [*chain(*visits), odd, reply]}
    assert kinds == {*KINDS, FROM_THE_FUTURE}, kinds ^ {*KINDS}
    return [
        (coach, visits[0], "gzip"),
        (coach, visits[1], "plain"),
        (coach, [*visits[2], odd], "gzip"),
        (teacher, [reply], "plain"),
        (coach, visits[3], "gzip"),
    ]


def _send(device: Device, bodies: list[str], way: str) -> dict[str, Any]:
    sent = gzip.decompress(device.content(bodies, device.next_seq))
    headers = {"Content-Type": "application/json"}
    if way == "gzip":
        sent, headers = gzip.compress(sent), headers | {"Content-Encoding": "gzip"}
    headers |= device.signed("POST", PUSH, sent)
    response = device.client.post(PUSH, data=sent, headers=headers)
    answer = response.get_json()
    device.next_seq += len(bodies)
    assert answer["acknowledged_through"] == device.next_seq - 1, answer
    assert [each["code"] for each in answer["set_aside"]] == [
        "kind-unknown" for body in bodies if json.loads(body)["kind"] == FROM_THE_FUTURE
    ], answer
    return {
        "headers": headers,
        "body": base64.b64encode(sent).decode(),
        "status": response.status_code,
        "answer": answer,
    }


def _visit_with_feedback(device: Device, school: School) -> list[str]:
    visit = Visit(device, school)
    marks = [
        visit.mark(minute=2),
        visit.line("What could we draw? 🌱 ¿Por qué?", minute=3),
        visit.mark(minute=4),
    ]
    draft = visit.body("draft.written", {"value": {"text": "Wait"}}, "step", minute=32)
    amended = {
        "entry_id": id_of(marks[1]),
        "payload": {"text": "What?", "speaker": "T"},
        "reason": "heard wrong",
    }
    return [
        visit.start,
        *marks,
        visit.body("item.not_seen", {}, "model_given", minute=5),
        visit.body("entry.retracted", {"entry_id": id_of(marks[0]), "reason": "undo"}, minute=5),
        visit.body("entry.tagged", {"entry_id": id_of(marks[1]), "tags": ["why"]}, minute=6),
        visit.body("entry.amended", amended, minute=7),
        visit.body("observation.corrected", {"students_present": 21, "reason": "two left"}, minute=8),
        visit.finish(),
        draft,
        visit.body("draft.written", {"value": {"text": "Wait."}}, "step", minute=33, replaces=[id_of(draft)]),
        visit.share([id_of(marks[1])]),
        visit.mark(minute=90),
    ]


def _sweep_visit(device: Device, school: School) -> list[str]:
    visit = Visit(device, school, "engagement-sweep", agreed_items=["on_task"])
    rating = visit.body(
        "rating.given", {"level": _code(visit, "voice_level", "level")}, "voice_level", minute=4
    )
    return [
        visit.start,
        visit.body("sweep.taken", {"n": 18, "of": 22}, "on_task", minute=3),
        visit.body("value.given", {"value": _code(visit, "lesson_phase")}, "lesson_phase", minute=3),
        rating,
        visit.body("rating.given", {"level": _code(visit, "voice_level", "level", 1)}, "voice_level", minute=5,
                   replaces=[id_of(rating)]),
        visit.body("answer.given", {"value": "yes"}, "directions_visible", minute=6),
        visit.body("tags.chosen", {"codes": [_code(visit, "off_task_kinds")]}, "off_task_kinds", minute=7),
        visit.finish(),
    ]  # fmt: skip


def _tally_visit(device: Device, school: School) -> list[str]:
    visit = Visit(device, school, "responses-and-feedback", agreed_items=["praise_specific"])
    counts = [visit.body("count.added", {"code": None}, "praise_specific", minute=m) for m in (1, 2, 2.5)]
    return [visit.start, *counts, visit.finish()]


def _script_visit(device: Device, school: School) -> list[str]:
    """Two hundred lines, so that compression has something to do; no finish: it goes on."""
    visit = Visit(device, school, "selective-script", agreed_items=["lines"])
    said = [{"text": f"Line {n}: why? {secrets.token_hex(8)}", "speaker": "TSO"[n % 3]} for n in range(200)]
    lines = [visit.body("script.written", each, "lines", minute=n / 10) for n, each in enumerate(said)]
    return [visit.start, *lines]


def _reply(teacher: Device, visit: list[str]) -> str:
    shared = next(each for each in map(json.loads, visit) if each["kind"] == "feedback.shared")
    said = {"feedback_entry_id": shared["entry_id"], "text": "Thank you. I will try it on Monday."}
    return teacher.body(shared["subject_id"], "feedback.replied", said, minute=50)


def _code(visit: Visit, item_key: str, name: str = "code", at: int = 0) -> Any:
    """One of the answers that an item of the visit's protocol offers."""
    from noticing.protocols.loader import latest

    protocol = latest(json.loads(visit.start)["payload"]["protocol_slug"])
    assert protocol
    item = protocol.item(item_key)
    assert item
    return item["levels" if name == "level" else "options"][at][name]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
