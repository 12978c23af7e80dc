"""Every route of the app has its lock, and the locks hold: asked with real requests, route by route."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from noticing.accounts.doors import guard_doors
from noticing.accounts.people import end_role, grant_role
from noticing.app import DOORS
from noticing.clock import make_id
from school import School, csrf_token, sign_in

WHO = {"coach": "lee", "teacher": "rivera", "principal": "park", "admin": "dana"}
EVERYONE = frozenset(WHO)
OBSERVERS = frozenset({"coach", "principal"})
LETS_IN = {  # what the words in app.py must amount to
    "accounts.sign_out": EVERYONE,
    "accounts.shut_pages": EVERYONE,
    "accounts.open_pages": EVERYONE,
    "accounts.people": {"admin"},
    "accounts.add_person": {"admin"},
    "accounts.renew_link": {"admin"},
    "tablets.overview": {"admin"},
    "tablets.name": {"admin"},
    "tablets.ask_revoke": {"admin"},
    "tablets.revoke": {"admin"},
    "tablets.set_aside": {"admin"},
    "tablets.judge_again": {"admin"},
    "sync.me": EVERYONE,
    "sync.enrol": EVERYONE,  # their own tablets only
    "sync.hello": EVERYONE,
    "sync.push": EVERYONE,
    "sync.chunk": EVERYONE,
    "sync.verify": EVERYONE,
    "sync.changes": OBSERVERS,
    "photos.bring": EVERYONE,
    "photos.lost": EVERYONE,
    "photos.read": EVERYONE,  # like the notes: nothing here
    "feedback.notes_list": EVERYONE,
    # Signed in is enough to ask; for an observation that is not theirs they all hear "nothing here".
    "feedback.notes_page": EVERYONE,
    "feedback.notes_pdf": EVERYONE,
    "feedback.reply": EVERYONE,
}
LOCKED = sorted(
    (name for name, lock in DOORS.items() if lock.kind != "open"),
    key=lambda name: (
        name in ("accounts.shut_pages", "accounts.sign_out"),
        name,
    ),  # nothing is open after them
)


def rules_of(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.methods]


def path_of(rule: Rule) -> str:
    made_up = {name: "token" if name in ("token", "path") else make_id() for name in rule.arguments}
    return rule.build(made_up, append_unknown=False)[1]  # type: ignore[index]


def doors_of(app: Flask, endpoint: str) -> Iterator[tuple[str, str]]:
    for rule in rules_of(app):
        if rule.endpoint == endpoint:
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                yield method, path_of(rule)


def test_every_route_stands_in_the_list_and_every_line_of_it_is_a_route(app: Flask) -> None:
    assert {rule.endpoint for rule in rules_of(app)} == set(DOORS)


def test_the_table_of_this_test_covers_every_lock() -> None:
    assert set(LETS_IN) == set(LOCKED)


def test_a_route_that_is_not_listed_stays_shut() -> None:
    app = Flask("planted")
    app.config |= {"SECRET_KEY": "x", "MAX_CONTENT_LENGTH": 1000, "NOTICING_URL": ""}
    app.add_url_rule("/back-door", "back_door", lambda: "come in")
    guard_doors(app, {}, recognise_device=lambda _request: None)
    app.register_error_handler(Exception, lambda error: (getattr(error, "code", "fault"), 404))
    answer = app.test_client().get("/back-door")
    assert (answer.status_code, answer.text) == (404, "not-found")


@pytest.mark.parametrize("endpoint", LOCKED)
def test_nobody_gets_through_a_locked_door_without_an_account(app: Flask, endpoint: str) -> None:
    for method, path in doors_of(app, endpoint):
        answer = app.test_client().open(path, method=method)
        assert is_shut_to_strangers(answer), f"{method} {path}: {answer.status}"


@pytest.mark.parametrize("endpoint", LOCKED)
def test_a_forged_session_opens_nothing(app: Flask, endpoint: str) -> None:
    client = app.test_client()
    client.set_cookie("noticing-session", "eyJfdXNlcl9pZCI6ImEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbb")
    for method, path in doors_of(app, endpoint):
        assert is_shut_to_strangers(client.open(path, method=method))


def is_shut_to_strangers(answer: TestResponse) -> bool:
    is_sent_to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in?next=")
    return answer.status_code == 401 or is_sent_to_sign_in


@pytest.mark.parametrize("role", sorted(WHO))
def test_each_role_gets_through_its_own_doors_and_no_others(app: Flask, school: School, role: str) -> None:
    client = app.test_client()
    assert sign_in(client, school.email(WHO[role])) == 303
    token, entered = token_of(client), set()
    for endpoint in LOCKED:
        for method, path in doors_of(app, endpoint):
            answer = client.open(path, method=method, headers={"X-CSRFToken": token})
            assert answer.status_code not in (400, 401, 500), f"{method} {path}: {answer.status}"
            if answer.status_code != 403:
                entered.add(endpoint)
    assert entered == {endpoint for endpoint, roles in LETS_IN.items() if role in roles}


def test_who_has_no_role_left_may_deliver_and_sign_out_and_do_nothing_else(
    app: Flask, school: School
) -> None:
    client = app.test_client()
    sign_in(client, school.email("dana"))
    token = token_of(client)
    with app.app_context():
        end_role(school.people["dana"], "admin")
    entered = {
        endpoint
        for endpoint in LOCKED
        for method, path in doors_of(app, endpoint)
        if client.open(path, method=method, headers={"X-CSRFToken": token}).status_code != 403
    }
    # Her tablet still delivers; behind a door that asks about one observation, there is nothing of hers.
    objects = {name for name in LOCKED if DOORS[name].kind == "object"}
    assert (
        entered
        == {
            "accounts.open_pages",
            "accounts.shut_pages",
            "sync.me",
            "sync.enrol",
            "sync.hello",
            "sync.push",
            "sync.chunk",
            "sync.verify",
            "photos.bring",
            "photos.lost",
            "accounts.sign_out",
        }
        | objects
    )
    assert client.get("/api/v1/me").status_code == 401


def test_a_request_that_changes_something_needs_its_token(app: Flask, school: School) -> None:
    """Signed in as everything at once, so that only the missing token can be the reason."""
    with app.app_context():
        for role in WHO:
            grant_role(school.people["dana"], role)
    client = app.test_client()
    sign_in(client, school.email("dana"))
    tried = set()
    for endpoint in DOORS:
        for method, path in doors_of(app, endpoint):
            for headers in ({}, {"X-CSRFToken": "made up"}) if method != "GET" else ():
                answer = client.open(path, method=method, headers=headers)
                assert answer.status_code == 400, f"{method} {path}: {answer.status}"
                tried.add(endpoint)
    assert {
        "accounts.sign_in",
        "accounts.set_up",
        "accounts.sign_out",
        "sync.push",
        "feedback.reply",
    } <= tried


@pytest.mark.parametrize("path", ["/notes/{}", "/notes/{}.pdf"])
def test_what_is_not_there_and_what_is_not_yours_look_the_same(app: Flask, school: School, path: str) -> None:
    client = app.test_client()
    sign_in(client, school.email("rivera"))
    answer = client.get(path.format(make_id()))
    assert answer.status_code == 404
    assert "not-found" in answer.text


def test_a_page_that_forgets_to_ask_the_policy_answers_nothing(app: Flask, school: School) -> None:
    app.view_functions["feedback.notes_page"] = lambda **_: "evidence"
    client = app.test_client()
    sign_in(client, school.email("rivera"))
    answer = client.get(f"/notes/{make_id()}")
    assert answer.status_code == 500
    assert "evidence" not in answer.text
    assert "server-fault" in answer.text


def token_of(client: FlaskClient) -> str:
    """The token of the session as it is now."""
    answer = client.get("/api/v1/me")
    if answer.status_code == 200:
        return str(answer.json["csrf_token"])  # type: ignore[index]
    return csrf_token(client, "/notes")
