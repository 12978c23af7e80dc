"""What a restore must not undo is on the disk before it is committed."""

from contextlib import suppress

import pytest
from flask import Flask

from device import Device, Visit, id_of
from noticing.accounts import pairings, people
from noticing.accounts.passwords import choose_password
from noticing.database import writing
from noticing.entry_log.entry import hash_body
from noticing.entry_log.streams import revoke_stream
from noticing.ledger.acts import file_of, note_act, replaying
from noticing.ledger.lines import Line, read_lines
from school import School


def lines_of(app: Flask, school: School) -> list[Line]:
    with app.app_context():
        file = file_of(school.tenant_id)
        return read_lines(file).lines if file.exists() else []


def new_lines(app: Flask, school: School, before: list[Line]) -> list[tuple[str, object]]:
    return [(line.act, line.said) for line in lines_of(app, school)[len(before) :]]


def test_every_ending_is_noted(app: Flask, school: School, lee: Device) -> None:
    before, who = lines_of(app, school), school.people
    with app.app_context():
        pairings.end_pairing(school.pairing_id)
        people.end_role(who["park"], "principal", school.school_id)
        people.end_sessions(who["rivera"])
        choose_password(who["okafor"], "four other random words")
        people.deactivate_person(who["dana"])
        revoke_stream(school.tenant_id, lee.stream_id)
    acts = [act for act, _said in new_lines(app, school, before)]
    assert acts == [
        "pairing.ended",
        "role.ended",
        "sessions.ended",
        "password.chosen",
        "sessions.ended",
        "role.ended",
        "person.closed",
        "sessions.ended",
        "stream.revoked",
        "sessions.ended",
    ]


def test_feedback_is_noted_with_its_hash_and_its_audience_when_it_counts(
    app: Flask, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    mark = visit.mark()
    share = visit.share([id_of(mark)])
    before = lines_of(app, school)
    lee.push([share], from_seq=4)  # its visit has not come: it does not count yet
    assert new_lines(app, school, before) == []
    lee.push([visit.start, mark, visit.finish()], from_seq=1)
    (act, said) = new_lines(app, school, before)[0]
    assert (act, said) == (
        "feedback.issued",
        {
            "entry_id": id_of(share),
            "body_hash": hash_body(share.encode()).hex(),
            "subject_id": visit.observation_id,
            "author_id": school.people["lee"],
            "audience": [school.people["rivera"]],
        },
    )
    lee.push([share], from_seq=4)
    assert len(new_lines(app, school, before)) == 1


def test_nothing_is_committed_that_could_not_be_noted(
    app: Flask, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("noticing.ledger.acts.append_lines", fail)
    with app.app_context():
        with pytest.raises(OSError, match="full"):
            pairings.end_pairing(school.pairing_id)
        assert pairings.pairing_between(school.people["lee"], school.people["rivera"])


def test_what_is_taken_back_is_not_noted(app: Flask, school: School) -> None:
    before = lines_of(app, school)
    with app.app_context():
        with suppress(ZeroDivisionError), writing(school.tenant_id) as session:
            note_act(session, school.tenant_id, "password.chosen", person_id=school.people["lee"])
            _ = 1 // 0
        with writing(school.tenant_id):
            pass
    assert new_lines(app, school, before) == []


def test_what_is_done_again_is_not_noted_again(app: Flask, school: School) -> None:
    before = lines_of(app, school)
    with app.app_context(), replaying():
        pairings.end_pairing(school.pairing_id)
    assert new_lines(app, school, before) == []
