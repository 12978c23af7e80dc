"""What somebody with an account and bad intentions tried once, and what holds against it."""

import json
import logging
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from device import Device, Visit, id_of
from noticing.accounts.pairings import end_pairing, pair
from noticing.accounts.people import grant_role
from noticing.accounts.places import add_class
from noticing.backup.photos import copy_photos, names_of_photos
from noticing.cli import main
from noticing.database import db
from noticing.entry_log import store
from noticing.observations import projection, rows
from noticing.sync import judging, reprocessing, turns, wire
from noticing.sync.reprocessing import reprocess
from school import PASSWORD, School, make_school, sign_in, without_token


def shared(visit: Visit) -> list[str]:
    mark = visit.mark()
    return [visit.start, mark, visit.finish(), visit.share([id_of(mark)])]


def test_an_entry_of_a_thousand_brackets_is_set_aside_and_closes_no_page(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    lee.push(shared(visit))
    deep = json.loads("[" * 900 + "]" * 900)
    answer = lee.push([visit.body("draft.written", {"value": deep}, "step")])
    assert [each["code"] for each in answer["set_aside"]] == ["too-deep"]
    rivera = app.test_client()
    sign_in(rivera, school.email("rivera"), PASSWORD)
    assert rivera.get(f"/notes/{visit.observation_id}").status_code == 200


def test_a_visit_that_cannot_be_folded_leaves_all_others_open(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = Visit(lee, school), Visit(lee, school)
    fold = rows.fold

    def fail_for_one(entries: list[dict[str, object]], document: object) -> object:
        if entries[0]["subject_id"] == broken.observation_id:
            raise RecursionError
        return fold(entries, document)

    monkeypatch.setattr(rows, "fold", fail_for_one)
    lee.push(shared(broken) + shared(sound))
    with app.app_context():
        assert projection.view_of(school.tenant_id, broken.observation_id) is None
        view = projection.view_of(school.tenant_id, sound.observation_id)
    assert view
    assert view["status"] == "shared"
    assert "could not be folded" in caplog.text


def test_the_same_observation_id_in_another_district_is_another_visit(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    lee.push(shared(visit))
    with app.app_context():
        other = _make_other_district(app)
    theirs = Visit(Device(app, other.people["lee"]), other)
    theirs.observation_id = visit.observation_id
    start = json.loads(theirs.start) | {"subject_id": visit.observation_id}
    theirs.device.push([json.dumps(start), theirs.mark()])
    with app.app_context():
        for place, observer in ((school, "shared"), (other, "capturing")):
            view = projection.view_of(place.tenant_id, visit.observation_id)
            assert view
            assert (view["observer_id"], view["status"]) == (place.people["lee"], observer)


def _make_other_district(app: Flask) -> School:
    class Elsewhere(School):
        def email(self, who: str) -> str:
            return f"{who}@elsewhere.example"

    import school as schools

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schools, "School", Elsewhere)
        return make_school(app, "Hillside")


def test_a_coach_gets_no_evidence_any_more_when_the_pairing_has_ended(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    lee.push(shared(visit))
    tablet = app.test_client()
    sign_in(tablet, school.email("lee"), PASSWORD)
    assert visit.observation_id in tablet.get("/api/v1/sync/changes?after=").text
    with app.app_context():
        end_pairing(school.pairing_id)
        grant_role(school.people["lee"], "principal", school.school_id)
    items = tablet.get("/api/v1/sync/changes?after=").get_json()["items"]
    assert [item for item in items if visit.observation_id in str(item)] == [
        {"what": "withdrawn", "subject_kind": "observation", "subject_id": visit.observation_id}
    ]


def test_whom_i_coach_does_not_coach_me(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        grant_role(school.people["rivera"], "coach", None)
        grant_role(school.people["lee"], "teacher", school.school_id)
        class_id = add_class(
            school.school_id,
            school.people["lee"],
            "2A",
            grade="2",
            subject="Art",
            room="3",
            head_count=20,
        )
    rivera = Device(app, school.people["rivera"])
    visit = Visit(rivera, school, observed_id=school.people["lee"], class_id=class_id)
    answer = rivera.push([visit.start])
    assert [each["code"] for each in answer["set_aside"]] == ["not-permitted-then"]


def test_a_correction_that_counts_late_does_not_hand_a_shared_visit_to_another_teacher(
    app: Flask, school: School, lee: Device
) -> None:
    okafor = school.people["okafor"]
    with app.app_context():
        pair(school.people["lee"], okafor)
    visit = Visit(lee, school)
    class_id = "0190a000-0000-7000-8000-00000000c1a5"  # not in the school yet
    said = {"observed_id": okafor, "class_id": class_id, "school_id": school.other_school_id, "reason": "x"}
    bodies = shared(visit)
    bodies.insert(1, visit.body("observation.corrected", said))
    answer = lee.push(bodies)
    assert [each["code"] for each in answer["set_aside"]] == ["class-not-of-teacher"]
    with app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("noticing.accounts.places.make_id", lambda: class_id)
        add_class(school.other_school_id, okafor, "6C", grade="6", subject="Science", room="8", head_count=25)
        reprocess(school.tenant_id)
        view = projection.view_of(school.tenant_id, visit.observation_id)
    assert view
    assert view["context"]["observed_id"] == school.people["rivera"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_forbidden_notes_answer_like_notes_that_are_not_there(
    app: Flask, school: School, lee: Device, headers: dict[str, str]
) -> None:
    visit = Visit(lee, school)
    lee.push(shared(visit))
    for who in ("okafor", "park", "dana"):
        stranger = app.test_client()
        sign_in(stranger, school.email(who), PASSWORD)
        for ending in ("", ".pdf"):
            real, none = (
                stranger.get(f"/notes/{each}{ending}", headers=headers)
                for each in (visit.observation_id, "0190a000-0000-7000-8000-000000000404")
            )
            assert (real.status_code, none.status_code) == (404, 404)
            assert without_token(real.text).replace(visit.observation_id, "") == without_token(
                none.text
            ).replace("0190a000-0000-7000-8000-000000000404", "")


def test_amendments_of_amendments_backwards_are_judged_twice_and_no_more(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, judged = Visit(lee, school), []
    chain = [visit.mark()]
    for _ in range(40):
        said = {"entry_id": id_of(chain[-1]), "payload": {}, "reason": ""}
        chain.append(visit.body("entry.amended", said, "goal_visible"))
    judge = judging.judge

    def count(*said: object) -> str | None:
        judged.append(said)
        return judge(*said)  # type: ignore[arg-type]

    monkeypatch.setattr(judging, "judge", count)
    lee.push([*reversed(chain), visit.start])
    assert len(judged) <= 4 * len(chain)


def test_what_can_never_be_read_is_not_read_at_each_start(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    lee.push(["garbage", json.dumps({"lost": True, "stream_seq": 2, "hash": None})])
    monkeypatch.setattr(store, "_BATCH", 2)
    with app.app_context():
        monkeypatch.setattr(reprocessing, "_readable", lambda *_: pytest.fail("it was read"))
        assert reprocess(school.tenant_id) == 0
        monkeypatch.undo()
    visit = Visit(lee, school)
    lee.push([visit.mark() for _ in range(5)])
    monkeypatch.setattr(store, "_BATCH", 2)
    with app.app_context():
        aside = store.all_set_aside(db.session(), school.tenant_id, {"not-an-entry"})
        assert [each.set_aside_code for each in aside] == ["lost-on-device"] + ["observation-unknown"] * 5


def test_one_body_of_more_than_four_megabytes_is_too_large(app: Flask, school: School, lee: Device) -> None:
    answer = lee.post(lee.content(["x" * (wire.MAX_CHUNKED_BYTES + 1)], 1))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too-large")
    assert lee.push(["x" * wire.MAX_CHUNKED_BYTES])["acknowledged_through"] == 1


def test_a_fault_is_told_by_its_place_and_not_in_its_words(
    app: Flask, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_said: object) -> None:
        raise ValueError("The secret words")

    monkeypatch.setattr(judging, "judge", fail)
    with caplog.at_level(logging.ERROR):
        assert lee.push([Visit(lee, school).start])["set_aside"][0]["code"] == "not-judged"
    assert "ValueError judging.py:" in caplog.text
    assert "secret" not in caplog.text


def test_a_backup_names_no_file_outside_its_photos(tmp_path: Path) -> None:
    sha256, tenant_id = "ab" * 32, "0190a000-0000-7000-8000-000000000001"
    (tmp_path / "from").mkdir()
    (tmp_path / "secret").write_text("x")
    for name in ("../secret", f"../{sha256}", f"{tenant_id}/cd/{sha256}", str(tmp_path / "secret")):
        assert copy_photos(tmp_path / "from", tmp_path / "to", [name]) == (0, [name])
    sound = tmp_path / "from" / tenant_id / "ab" / sha256
    sound.parent.mkdir(parents=True)
    for file in (sound, sound.with_name(f".{sha256}.part"), tmp_path / "from" / sha256):
        file.write_text("x")
    assert names_of_photos(tmp_path / "from") == [f"{tenant_id}/ab/{sha256}"]


def test_what_a_command_writes_is_for_its_own_account(tmp_path: Path) -> None:
    assert main(["migrate", "--data", str(tmp_path / "new")]) == 0
    modes = {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in (tmp_path / "new").rglob("*")}
    assert modes == {0}


@pytest.mark.parametrize("path", ["/people", "/tablets/set-aside"])
def test_a_form_is_not_read_for_who_is_not_signed_in(app: Flask, school: School, path: str) -> None:
    answer = app.test_client().post(path, data={"name": "a\0b"})
    assert answer.status_code in (303, 401)
    assert "not-understood" not in answer.text


@pytest.mark.parametrize("door", ["chunk", "verify", "streams"])
def test_every_door_that_works_long_takes_a_turn(app: Flask, school: School, lee: Device, door: str) -> None:
    sent: dict[str, object] = {"stream_id": lee.stream_id, "ranges": []}
    if door == "chunk":
        sent |= {"stream_seq": 1, "sha256": "a" * 64, "size": 9, "offset": 0, "chunk": "AAAA"}
    jwk = {name: getattr(lee.public_key(), name) for name in ("kty", "crv", "x", "y")}
    body = json.dumps(sent | ({"public_key": jwk} if door == "streams" else {})).encode()
    form = {"Content-Encoding": "identity"}
    assert lee.post(body, f"/api/v1/sync/{door}", **form).status_code in (200, 201)
    with ExitStack() as others:
        for _ in range(turns.AT_ONCE):
            others.enter_context(turns.turn())
        answer = lee.post(body, f"/api/v1/sync/{door}", **form)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
