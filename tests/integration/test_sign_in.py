"""Signing in and out: who gets in, how long it lasts, and what ends it."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from noticing.accounts import sign_in as sign_in_module
from noticing.accounts.passwords import choose_password, hash_password, is_right
from noticing.accounts.people import deactivate_person, end_sessions, person_of_email
from noticing.accounts.sign_in import local_path
from noticing.clock import frozen, now
from school import PASSWORD, School, csrf_token, sign_in


@pytest.fixture
def rivera(client: FlaskClient, school: School) -> FlaskClient:
    """A client in which Ms Rivera is signed in."""
    assert sign_in(client, school.email("rivera")) == 303
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/api/v1/me").status_code == 200


def test_the_right_password_opens_the_account(rivera: FlaskClient, school: School) -> None:
    assert rivera.get("/api/v1/me").json["person_id"] == school.people["rivera"]  # type: ignore[index]


def test_the_address_may_be_typed_in_any_case_and_with_spaces(client: FlaskClient, school: School) -> None:
    assert sign_in(client, "  Rivera@School.EXAMPLE ") == 303


@pytest.mark.parametrize("email", ["rivera@school.example", "nobody@school.example", "", "' OR 1=1 --"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(
    client: FlaskClient, school: School, email: str
) -> None:
    form = {"csrf_token": csrf_token(client), "email": email, "password": "something else"}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 422
    assert "This address and password do not belong together." in answer.text
    assert "something else" not in answer.text
    assert not is_in(client)


def test_an_unknown_address_costs_one_hash_like_a_wrong_password(
    app: Flask, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the time of an answer tells nobody which addresses exist."""
    verified: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, kept: str, password: str) -> bool:
        verified.append(kept.rsplit("$", 2)[0])  # the kind of hash and its costs
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    with app.app_context():
        for who in (person_of_email(school.email("rivera")), None):
            assert not is_right(who, "wrong")
    assert len(verified) == 2
    assert verified[0] == verified[1]


def test_passwords_are_kept_as_argon2id(app: Flask) -> None:
    with app.app_context():
        assert hash_password(PASSWORD).startswith("$argon2id$")


def test_an_account_without_a_password_cannot_be_entered(
    app: Flask, client: FlaskClient, school: School
) -> None:
    from noticing.accounts.people import add_person

    with app.app_context():
        add_person(school.tenant_id, "New", "new@school.example", [("teacher", school.school_id)])
    assert sign_in(client, "new@school.example", "") == 422
    assert sign_in(client, "new@school.example", "nobody's password") == 422


def test_signing_out_ends_the_session(rivera: FlaskClient) -> None:
    rivera.post("/sign-out", data={"csrf_token": csrf_token(rivera, "/notes")})
    assert not is_in(rivera)


def test_a_session_from_before_signing_in_is_worth_nothing_after(client: FlaskClient, school: School) -> None:
    client.get("/sign-in")
    before = client.get_cookie("noticing-session")
    old_token = csrf_token(client)
    sign_in(client, school.email("rivera"))
    after = client.get_cookie("noticing-session")
    assert before
    assert after
    assert before.value != after.value
    assert client.post("/sign-out", data={"csrf_token": old_token}).status_code == 400


def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_lasts_30_days(rivera: FlaskClient) -> None:
    cookie = rivera.get_cookie("noticing-session")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.expires
    assert abs(cookie.expires - now() - timedelta(days=30)) < timedelta(hours=1)


def test_a_session_that_is_used_is_renewed_once_a_day(rivera: FlaskClient) -> None:
    rivera.get("/notes")
    assert "Set-Cookie" not in rivera.get("/notes").headers
    with frozen(now() + timedelta(days=1)):
        assert "noticing-session" in rivera.get("/notes").headers["Set-Cookie"]
        assert "Set-Cookie" not in rivera.get("/notes").headers


def test_a_deactivated_person_is_out_at_once(app: Flask, rivera: FlaskClient, school: School) -> None:
    with app.app_context():
        deactivate_person(school.people["rivera"])
    assert not is_in(rivera)
    assert sign_in(rivera, school.email("rivera")) == 422


def test_a_raised_session_mark_ends_every_session(app: Flask, rivera: FlaskClient, school: School) -> None:
    with app.app_context():
        end_sessions(school.people["rivera"])
    assert not is_in(rivera)


def test_a_new_password_ends_the_sessions_of_the_old(app: Flask, rivera: FlaskClient, school: School) -> None:
    with app.app_context():
        choose_password(school.people["rivera"], "four other random words")
    assert not is_in(rivera)
    assert sign_in(rivera, school.email("rivera")) == 422
    assert sign_in(rivera, school.email("rivera"), "four other random words") == 303


def test_who_is_sent_to_sign_in_comes_back_to_where_she_wanted(client: FlaskClient, school: School) -> None:
    answer = client.get("/notes?skip=0")
    assert answer.location == "/sign-in?next=/notes?skip%3D0"
    form = {"csrf_token": csrf_token(client), "email": school.email("rivera"), "password": PASSWORD}
    assert client.post("/sign-in", data=form | {"next": "/notes?skip=0"}).location == "/notes?skip=0"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "evil",
        "/\t/evil",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(elsewhere: str) -> None:
    assert local_path(elsewhere) == "/"


def test_the_sixth_wrong_try_for_an_account_has_to_wait(client: FlaskClient, school: School) -> None:
    tries = [sign_in(client, school.email("rivera"), "wrong") for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert sign_in(client, school.email("rivera")) == 429
    assert sign_in(client, school.email("lee")) == 303


def test_the_eleventh_wrong_try_from_an_address_has_to_wait(client: FlaskClient, school: School) -> None:
    tries = [sign_in(client, f"someone{number}@school.example", "wrong") for number in range(11)]
    assert tries == [422] * 10 + [429]
    form = {"csrf_token": csrf_token(client), "email": school.email("lee"), "password": PASSWORD}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Wait a minute, then try again." in answer.text


def test_a_whole_school_may_sign_in_from_one_address(client: FlaskClient, school: School) -> None:
    assert [sign_in(client, school.email(who)) for who in [*school.people] * 3] == [303] * 15


def test_no_log_line_names_who_tried(
    client: FlaskClient, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    for _ in range(7):
        sign_in(client, school.email("rivera"), "wrong secret")
    said = "\n".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert "rivera" not in said
    assert "wrong secret" not in said
    assert "POST /sign-in status=429" in said


def test_one_counter_does_not_know_the_address_itself(app: Flask) -> None:
    with app.test_request_context("/sign-in", method="POST", data={"email": "rivera@school.example"}):
        assert "rivera" not in sign_in_module._account_key()


@pytest.mark.parametrize("field", ["email", "password", "next"])
def test_a_sign_that_no_keyboard_makes_is_not_understood(
    client: FlaskClient, school: School, field: str
) -> None:
    form = {"csrf_token": csrf_token(client), "email": school.email("rivera"), "password": PASSWORD}
    answer = client.post("/sign-in", data=form | {field: "a\0b"})
    assert answer.status_code == 400
    assert "not-understood" in answer.text
    assert not is_in(client)


@pytest.mark.parametrize("path", ["/sign-in?next=%00", "/app/%00", "/set-up/%00", "/%00"])
def test_nor_is_it_in_an_address(client: FlaskClient, school: School, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


def test_a_locked_tablet_shows_no_page_by_its_address_while_its_app_goes_on(rivera: FlaskClient) -> None:
    from_app = {"Noticing-Nonce": "n"}
    token = rivera.get("/api/v1/me", headers=from_app).get_json()["csrf_token"]
    assert rivera.post("/pages/shut", headers=from_app | {"X-CSRFToken": token}).status_code == 204
    assert rivera.get("/notes").location.startswith("/sign-in?next=")
    assert not is_in(rivera)
    assert rivera.get("/api/v1/me", headers=from_app).status_code == 200
    assert rivera.post("/pages/open", headers=from_app | {"X-CSRFToken": token}).status_code == 204
    assert rivera.get("/notes").status_code == 200


def test_pages_that_were_shut_open_with_the_password_and_by_no_address(
    rivera: FlaskClient, school: School
) -> None:
    token = csrf_token(rivera, "/notes")
    assert rivera.post("/pages/shut", data={"csrf_token": token}).status_code == 204
    assert rivera.post("/pages/open", data={"csrf_token": token}).status_code == 401
    assert not is_in(rivera)
    assert sign_in(rivera, school.email("rivera")) == 303
    assert rivera.get("/notes").status_code == 200


def test_a_locked_tablet_can_be_signed_out(rivera: FlaskClient) -> None:
    headers = {"X-CSRFToken": csrf_token(rivera, "/notes")}
    rivera.post("/pages/shut", headers=headers)
    assert rivera.post("/sign-out", headers=headers).status_code == 303
    assert rivera.get("/api/v1/me", headers={"Noticing-Nonce": "n"}).status_code == 401
