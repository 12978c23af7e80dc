"""A visit that its observer may read no more is named to her tablet, which holds what she made of it herself."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from device import Device, Visit, id_of
from noticing.accounts.pairings import end_pairing, pair
from noticing.accounts.people import end_role, grant_role
from school import PASSWORD, School, sign_in


@pytest.fixture
def tablet(app: Flask, school: School) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, school.email("lee"), PASSWORD) == 303
    return client


def ask(client: FlaskClient, after: str = "", **more: Any) -> dict[str, Any]:
    response = client.get("/api/v1/sync/changes", query_string={"after": after} | more)
    assert response.status_code == 200, response.get_data(as_text=True)
    page: dict[str, Any] = response.get_json()
    return page


def of_kind(page: dict[str, Any], what: str) -> list[dict[str, Any]]:
    return [item for item in page["items"] if item["what"] == what]


def withdrawn(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["subject_kind"], item["subject_id"]) for item in of_kind(page, "withdrawn")]


def pushed(lee: Device, school: School) -> Visit:
    visit = Visit(lee, school)
    assert lee.push([visit.start, visit.mark(), visit.finish()])["set_aside"] == []
    return visit


def test_after_a_pairing_ended_each_visit_of_it_is_named_once_and_none_of_its_words_comes(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visits = [pushed(lee, school), pushed(lee, school)]
    cursor = ask(tablet)["cursor"]
    with app.app_context():
        end_pairing(school.pairing_id)
    page = ask(tablet, cursor)
    assert page["reset"] is True
    assert withdrawn(page) == [("observation", visit.observation_id) for visit in visits]
    assert of_kind(page, "entry") == []
    assert withdrawn(ask(tablet, page["cursor"])) == []


def test_a_visit_that_she_may_read_is_not_named(school: School, lee: Device, tablet: FlaskClient) -> None:
    pushed(lee, school)
    assert withdrawn(ask(tablet)) == []


def test_each_page_names_what_stands_on_it(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit = pushed(lee, school)
    with app.app_context():
        end_pairing(school.pairing_id)
    page = ask(tablet, limit=1)
    named = withdrawn(page)
    while page["more"]:
        page = ask(tablet, page["cursor"], limit=1)
        named += withdrawn(page)
    assert set(named) == {("observation", visit.observation_id)}


def test_what_a_tablet_sends_after_it_heard_of_the_end_is_named_to_it_too(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    """Made while the pairing held, and on its way late: its own stream's entries are not handed out to it."""
    with app.app_context():
        end_pairing(school.pairing_id)
    cursor = ask(tablet)["cursor"]
    visit = Visit(lee, school)
    assert lee.push([visit.start, visit.mark()])["set_aside"] == []
    page = ask(tablet, cursor, not_from=lee.stream_id)
    assert withdrawn(page) == [("observation", visit.observation_id)]
    assert withdrawn(ask(tablet, page["cursor"], not_from=lee.stream_id)) == []


def test_what_lies_aside_of_it_is_told_without_its_words(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit = pushed(lee, school)
    nonsense = visit.mark("nonsense")
    lee.push([nonsense])
    with app.app_context():
        end_pairing(school.pairing_id)
    page = ask(tablet)
    assert [item["entry_id"] for item in of_kind(page, "set_aside")] == [id_of(nonsense)]
    assert of_kind(page, "entry") == []


def test_paired_again_she_is_given_all_of_it_again(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    pushed(lee, school)
    with app.app_context():
        end_pairing(school.pairing_id)
    cursor = ask(tablet)["cursor"]
    with app.app_context():
        pair(school.people["lee"], school.people["rivera"])
    page = ask(tablet, cursor)
    assert page["reset"] is True
    assert len(of_kind(page, "entry")) == 3
    assert withdrawn(page) == []
    assert ask(tablet, page["cursor"])["reset"] is False


def test_her_role_again_and_her_pairing_again_bring_it_back(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit = pushed(lee, school)
    with app.app_context():
        grant_role(school.people["lee"], "principal", school.other_school_id)
        end_role(school.people["lee"], "coach")
    page = ask(tablet)
    assert withdrawn(page) == [("observation", visit.observation_id)]
    with app.app_context():
        grant_role(school.people["lee"], "coach", None)
        pair(school.people["lee"], school.people["rivera"])
    assert len(of_kind(ask(tablet, page["cursor"]), "entry")) == 3
