"""What somebody with an account and bad intentions tried once, and what holds against it."""

import json

import pytest
from flask import Flask

from device import Device, Visit, id_of
from noticing.accounts.pairings import end_pairing, pair
from noticing.accounts.people import grant_role
from noticing.accounts.places import add_class
from noticing.observations import projection
from noticing.sync.reconsider import reprocess
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
    fold = projection.fold

    def fail_for_one(entries: list[dict[str, object]], document: object) -> object:
        if entries[0]["subject_id"] == broken.observation_id:
            raise RecursionError
        return fold(entries, document)

    monkeypatch.setattr(projection, "fold", fail_for_one)
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
    assert visit.observation_id not in tablet.get("/api/v1/sync/changes?after=").text


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
