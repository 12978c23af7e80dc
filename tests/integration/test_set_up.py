"""The one-time link with which a person chooses the first password."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from noticing.accounts import set_up
from noticing.accounts.people import add_person, deactivate_person, find_person
from noticing.accounts.places import add_tenant
from noticing.accounts.set_up import first_administrators_link, make_link, use_link
from noticing.clock import frozen, now
from noticing.database import db
from noticing.problems import Problem
from school import School, csrf_token, sign_in

NEW = "a long enough password"


@pytest.fixture
def tran(app: Flask, school: School) -> str:
    with app.app_context():
        return add_person(school.tenant_id, "Ms Tran", "tran@school.example", [("teacher", school.school_id)])


@pytest.fixture
def link(app: Flask, tran: str) -> str:
    with app.app_context():
        return make_link(tran)


def choose(client: FlaskClient, link: str, password: str = NEW, again: str | None = None, **more: str) -> int:
    form = {
        "csrf_token": csrf_token(client),
        "password": password,
        "again": password if again is None else again,
    }
    return client.post(link, data=form | more).status_code


def test_a_link_lets_its_person_choose_a_password_and_signs_her_in(
    client: FlaskClient, link: str, tran: str
) -> None:
    assert "Welcome, Ms Tran" in client.get(link).text
    assert choose(client, link) == 303
    assert client.get("/api/v1/me").json["person_id"] == tran  # type: ignore[index]
    assert sign_in(client, "tran@school.example", NEW) == 303


def test_a_link_works_once(client: FlaskClient, link: str) -> None:
    assert choose(client, link) == 303
    assert choose(client, link, "another long password") == 410
    assert client.get(link).status_code == 410
    assert sign_in(client, "tran@school.example", NEW) == 303


def test_a_link_lasts_seven_days(client: FlaskClient, link: str) -> None:
    with frozen(now() + timedelta(days=6, hours=23)):
        assert client.get(link).status_code == 200
    with frozen(now() + timedelta(days=7, seconds=1)):
        assert client.get(link).status_code == 410


def test_a_newer_link_replaces_the_older(app: Flask, client: FlaskClient, link: str, tran: str) -> None:
    with app.app_context():
        newer = make_link(tran)
    assert client.get(link).status_code == 410
    assert client.get(newer).status_code == 200


def test_a_link_of_a_closed_account_opens_nothing(
    app: Flask, client: FlaskClient, link: str, tran: str
) -> None:
    with app.app_context():
        deactivate_person(tran)
    assert client.get(link).status_code == 410


def test_a_made_up_link_looks_like_a_used_one(client: FlaskClient, school: School) -> None:
    assert client.get("/set-up/made-up").status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "Use at least 10 characters."),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "anybody would try"),
        ("Password123!", "Password123!", "anybody would try"),
        ("tran@school.example", "tran@school.example", "other than your name"),
        (NEW, NEW + "!", "The two are not the same."),
        ("x1y2" * 60, "x1y2" * 60, "Use at most 200 characters."),
    ],
)
def test_a_weak_or_mistyped_password_is_told_in_place(
    client: FlaskClient, link: str, password: str, again: str, sentence: str
) -> None:
    form = {"csrf_token": csrf_token(client), "password": password, "again": again}
    answer = client.post(link, data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert password not in answer.text.replace('value="tran@school.example"', "")
    assert client.get(link).status_code == 200


def test_the_database_does_not_know_the_token(app: Flask, link: str) -> None:
    with app.app_context():
        rows = db.session.execute(db.text("SELECT * FROM set_up_link")).all()
    assert link.rsplit("/")[-1] not in str(rows)


def test_the_token_reaches_no_log_and_no_other_site(
    client: FlaskClient, link: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    answer = client.get(link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "GET /set-up/<token> status=200" in said
    assert link.rsplit("/")[-1] not in said


def test_the_first_administrator_says_who_she_is(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        link = first_administrators_link(add_tenant("Riverside"))
        assert link
    assert choose(client, link) == 422
    assert choose(client, link, name="Dana Silva", email="dana@school.example") == 303
    assert "Dana Silva" in client.get("/people").text
    with app.app_context():
        assert first_administrators_link(add_tenant("Other")) is None


def test_the_first_administrator_cannot_take_the_address_of_another(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        tenant_id = add_tenant("Riverside")
        add_person(tenant_id, "Coach Lee", "lee@school.example", [("coach", None)])
        link = first_administrators_link(tenant_id)
        assert link
    assert choose(client, link, name="Dana Silva", email="lee@school.example") == 422
    assert client.get(link).status_code == 200


def test_of_two_who_use_a_link_at_once_the_later_changes_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        link = first_administrators_link(add_tenant("Riverside"))
        assert link
        token = link.rsplit("/")[-1]
        dana = use_link(token, NEW, ("Dana Silva", "dana@school.example")).person_id
        # She looked at the link before it was used, and comes to write only now.
        monkeypatch.setattr(set_up, "person_of_link", lambda _token: find_person(dana))
        with pytest.raises(Problem, match="link-used"):
            use_link(token, "another long password", ("Somebody", "else@school.example"))
        db.session.expire_all()
        assert (find_person(dana).display_name, find_person(dana).email) == (
            "Dana Silva",
            "dana@school.example",
        )


def test_the_first_administrator_is_told_what_comes_next(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        link = first_administrators_link(add_tenant("Riverside"))
        assert link
    choose(client, link, name="Dana Silva", email="dana@school.example")
    page = client.get("/", follow_redirects=True).text
    assert "What comes next" in page
    for command in ("noticing school add", "noticing class add", "noticing person pair"):
        assert command in page


def test_what_comes_next_is_not_said_where_it_is_done(client: FlaskClient, school: School) -> None:
    sign_in(client, school.email("dana"))
    assert "What comes next" not in client.get("/people").text


def test_a_person_with_a_name_cannot_change_it_by_the_link(client: FlaskClient, link: str) -> None:
    assert choose(client, link, name="Somebody", email="else@school.example") == 303
    assert sign_in(client, "else@school.example", NEW) == 422
