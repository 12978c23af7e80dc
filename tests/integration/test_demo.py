"""The demo school is believable, and its visits came in by the tablet's door."""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from noticing import demo
from noticing.accounts import people
from noticing.clock import now
from noticing.database import db
from noticing.demo.people import ADMIN, COACHES, PRINCIPALS, TEACHERS
from noticing.feed.counter import tenant_ids
from noticing.observations import projection
from noticing.observations.projection import catch_up
from noticing.sync.stream_key import is_signed
from school import sign_in


@pytest.fixture
def filled(sqlite_app: Flask) -> Flask:
    with sqlite_app.app_context():
        assert not demo.is_there()
        assert demo.accounts_there() == []
        demo.fill(sqlite_app)
    return sqlite_app


def test_it_has_the_people_that_the_readme_promises(filled: Flask) -> None:
    with filled.app_context():
        assert demo.is_there()
        [tenant_id] = tenant_ids(db.session())
        catch_up(tenant_id)
        roles = Counter(db.session.execute(sa.text("SELECT role FROM role_grant")).scalars())
        assert roles == {"coach": 3, "principal": 2, "teacher": 24, "admin": 1}
        counts = {
            name: db.session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar()
            for name in ("tenant", "school", "class_section", "pairing", "observation_view")
        }
    assert counts["class_section"] >= 24
    assert (counts["tenant"], counts["school"], counts["pairing"], counts["observation_view"]) == (
        1,
        2,
        24,
        2,
    )
    assert len({teacher.mailbox for teacher in TEACHERS}) == 24


def test_everybody_named_at_the_start_can_sign_in(filled: Flask) -> None:
    with filled.app_context():
        accounts = demo.accounts_there()
    mailboxes = {email.partition("@")[0] for email, _words in accounts}
    assert {mailbox for _name, mailbox in (*COACHES, *PRINCIPALS, ADMIN)} <= mailboxes
    for email, _words in accounts:
        assert sign_in(filled.test_client(), email, demo.PASSWORD) == 303


def test_the_visits_are_of_last_week_in_school_hours_and_one_is_shared(filled: Flask) -> None:
    with filled.app_context():
        lee = people.person_of_email("lee@demo.example")
        assert lee
        visits = projection.list_by_observer(lee.tenant_id, lee.person_id)
        found = projection.views_of(lee.tenant_id, [visit.observation_id for visit in visits])
        views = [found[visit.observation_id] for visit in visits]
    assert [view["status"] for view in views] == ["shared", "finished"]
    for view in views:
        assert view["conflicts"] == []
        assert view["late"] == []
        assert "08" <= view["started_at"][11:13] <= "15"
        assert view["started_at"] < now().astimezone().isoformat()
    shared, sweep = views
    assert shared["feedback"][0]["strengths"][0]["evidence"]
    assert sweep["items"]["on_task"]["of_sum"] == 120


def test_every_demo_entry_came_through_a_signed_push(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = []

    def watch(*given: Any) -> bool:
        signed.append(is_signed(*given))
        return signed[-1]

    monkeypatch.setattr("noticing.sync.stream_key.is_signed", watch)
    with sqlite_app.app_context():
        demo.fill(sqlite_app)
        streams = db.session.execute(sa.text("SELECT acknowledged_through FROM stream")).scalars().all()
        entries = db.session.execute(sa.text("SELECT count(*), count(set_aside_code) FROM log_entry")).one()
    assert signed == [True, True]
    assert [sum(streams), 0] == list(entries)
