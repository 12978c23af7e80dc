"""Whatever goes wrong, a client meets a Problem: as JSON under /api, as a page elsewhere."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError

from noticing.problems import CATALOGUE, Problem
from school import make_school, sign_in


def fail_with(app: Flask, error: Exception, endpoint: str = "shell.start") -> None:
    def view(**_values: object) -> str:
        raise error

    app.view_functions[endpoint] = view


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing"])
def test_an_unknown_address_under_api_is_a_problem_in_json(sqlite_client: FlaskClient, path: str) -> None:
    answer = sqlite_client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "urn:noticing:problem:not-found",
        "code": "not-found",
        "status": 404,
        "title": "Nothing here",
        "detail": "There is nothing at this address, or it is not shared with you.",
    }


def test_an_unknown_page_is_a_page(sqlite_client: FlaskClient) -> None:
    answer = sqlite_client.get("/nothing")
    assert answer.status_code == 404
    assert "<h1>Nothing here</h1>" in answer.text
    assert "/nothing" not in answer.text


@pytest.mark.parametrize("path", ["/sign-out", "/api/v1/me"])
def test_a_method_that_is_not_answered_says_which_are(sqlite_client: FlaskClient, path: str) -> None:
    answer = sqlite_client.delete(path)
    assert answer.status_code == 405
    assert ("POST" if path == "/sign-out" else "GET") in answer.headers["Allow"]


def test_fifty_megabytes_are_refused_before_they_are_read(sqlite_client: FlaskClient) -> None:
    with sqlite_client.post(
        "/api/v1/sync/push", environ_overrides={"CONTENT_LENGTH": str(50 * 1024**2)}
    ) as answer:
        pass
    assert answer.status_code == 413
    assert answer.json["code"] == "too-large"  # type: ignore[index]


@pytest.mark.parametrize(("path", "status"), [("/api/v1/me", 401), ("/api/v1/sync/changes", 401)])
def test_without_a_session_the_api_says_sign_in(sqlite_client: FlaskClient, path: str, status: int) -> None:
    answer = sqlite_client.get(path)
    assert answer.status_code == status
    assert answer.json["code"] == "sign-in-needed"  # type: ignore[index]


def test_a_fault_says_nothing_of_itself_to_the_client_nor_values_to_the_log(
    sqlite_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    fail_with(sqlite_app, IntegrityError("INSERT", {}, Exception("Key (email)=(rivera@x) exists")))
    answer = sqlite_app.test_client().get("/")
    assert answer.status_code == 500
    assert "A fault on our side" in answer.text
    assert "rivera" not in answer.text + caplog.text
    assert "shell.start" in caplog.text


def test_a_database_that_is_away_is_said_so_even_to_who_is_signed_in(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_school(sqlite_app)
    client = sqlite_app.test_client()
    sign_in(client, "rivera@school.example")

    def gone(*_arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr("noticing.accounts.sign_in._load", gone)
    monkeypatch.setattr("noticing.accounts.sign_in.login._user_callback", gone)
    logging.disable(logging.CRITICAL)
    try:
        page, api = client.get("/notes"), client.get("/api/v1/me")
    finally:
        logging.disable(logging.NOTSET)
    assert (page.status_code, api.status_code) == (503, 503)
    assert "The database does not answer" in page.text
    assert api.json["code"] == "database-away"  # type: ignore[index]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_problem_can_be_shown_both_ways(sqlite_app: Flask, code: str) -> None:
    fail_with(sqlite_app, Problem(code))
    fail_with(sqlite_app, Problem(code), "sync.me")
    sqlite_app.before_request_funcs[None] = []
    client = sqlite_app.test_client()
    page, api = client.get("/"), client.get("/api/v1/me")
    assert api.status_code == CATALOGUE[code].status
    assert api.json["code"] == code  # type: ignore[index]
    assert page.status_code == (303 if code == "sign-in-needed" else CATALOGUE[code].status)
    assert page.headers["Cache-Control"] == "no-store"
