"""People, roles, places and pairings: what holds when, what the feed learns, and the administrator's page."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from noticing.accounts import pairings, people, rows
from noticing.accounts.places import add_class, add_school, class_row
from noticing.clock import make_id, now
from noticing.database import db
from noticing.feed.counter import read_last_change_seq
from noticing.feed.listing import Noted, changes_between
from school import School, csrf_token, sign_in


@pytest.fixture
def dana(client: FlaskClient, school: School) -> FlaskClient:
    """A client in which the administrator is signed in."""
    assert sign_in(client, school.email("dana")) == 303
    return client


def news(school: School, after: int) -> list[tuple[str, str, str, str | None]]:
    noted: list[Noted] = changes_between(db.session(), school.tenant_id, after, 10_000)
    return [(each.what, each.room, each.ref_id, each.person_id) for each in noted]


def seen(school: School) -> int:
    return read_last_change_seq(db.session(), school.tenant_id)


def test_a_role_holds_from_its_day_to_its_end(app: Flask, school: School) -> None:
    start, rivera = now() + timedelta(days=1), school.people["rivera"]
    with app.app_context():
        people.grant_role(rivera, "coach", from_at=start)
        people.end_role(rivera, "coach", at=start + timedelta(days=2))
        held = [people.actor_of(rivera, start + timedelta(days=days)).roles for days in (-1, 0, 1, 2)]
    assert held == [{"teacher"}, {"teacher", "coach"}, {"teacher", "coach"}, {"teacher"}]


def test_a_principal_reaches_the_schools_where_she_is_principal_and_no_other(
    app: Flask, school: School
) -> None:
    park = school.people["park"]
    with app.app_context():
        people.grant_role(park, "teacher", school.other_school_id)
        assert people.actor_of(park).school_ids == {school.school_id}
        people.grant_role(park, "principal")
        assert people.actor_of(park).school_ids is None


def test_who_has_no_role_reaches_no_school(app: Flask, school: School) -> None:
    with app.app_context():
        people.end_role(school.people["lee"], "coach")
        lee = people.actor_of(school.people["lee"])
        assert lee.school_ids == frozenset()
        assert rows.row_for(lee, "school", school.school_id) is None
        assert rows.rows_for(lee) == [
            ("person", lee.person_id, {"person_id": lee.person_id, "display_name": "Coach Lee", "roles": []})
        ]


def test_a_pairing_holds_from_its_beginning_to_its_end(app: Flask, school: School) -> None:
    lee, rivera = school.people["lee"], school.people["rivera"]
    end = now() + timedelta(days=3)
    with app.app_context():
        pairings.end_pairing(school.pairing_id, end)
        assert pairings.pairing_between(lee, rivera) == school.pairing_id
        assert pairings.pairing_between(lee, rivera, end) is None
        assert pairings.pairing_between(lee, rivera, now() - timedelta(days=1)) is None
        assert pairings.is_pairing_held(school.pairing_id, lee, rivera, end - timedelta(seconds=1))
        assert not pairings.is_pairing_held(school.pairing_id, lee, school.people["okafor"], now())
        assert pairings.pairings_of(lee) == {rivera: school.pairing_id}


def test_pairing_the_same_two_again_keeps_the_pairing(app: Flask, school: School) -> None:
    with app.app_context():
        assert pairings.pair(school.people["lee"], school.people["rivera"]) == school.pairing_id


def test_a_pairing_ends_with_the_role_of_either(app: Flask, school: School) -> None:
    with app.app_context():
        pairings.pair(school.people["lee"], school.people["okafor"])
        people.end_role(school.people["rivera"], "teacher", school.school_id)
        assert set(pairings.pairings_of(school.people["lee"])) == {school.people["okafor"]}
        people.end_role(school.people["lee"], "coach")
        assert pairings.pairings_of(school.people["lee"]) == {}


def test_a_role_that_is_held_elsewhere_too_keeps_the_pairings(app: Flask, school: School) -> None:
    with app.app_context():
        people.grant_role(school.people["rivera"], "teacher", school.other_school_id)
        people.end_role(school.people["rivera"], "teacher", school.school_id)
        assert pairings.pairing_between(school.people["lee"], school.people["rivera"]) == school.pairing_id


def test_people_of_two_tenants_cannot_be_paired(app: Flask, school: School) -> None:
    with app.app_context():
        other = people.add_person(make_other_tenant(), "Else", "else@other.example", [("teacher", None)])
        with pytest.raises(ValueError, match="one tenant"):
            pairings.pair(school.people["lee"], other)


def make_other_tenant() -> str:
    from noticing.accounts.places import add_tenant

    return add_tenant("Elsewhere")


def test_an_address_belongs_to_one_person(app: Flask, school: School) -> None:
    with app.app_context():
        before = seen(school)
        with pytest.raises(people.EmailTaken):
            people.add_person(school.tenant_id, "Other", "RIVERA@school.example")
        assert seen(school) == before


def test_the_feed_learns_of_a_person_and_of_what_she_may_do(app: Flask, school: School) -> None:
    with app.app_context():
        before = seen(school)
        tran = people.add_person(
            school.tenant_id, "Ms Tran", "tran@x.example", [("teacher", school.school_id)]
        )
        assert news(school, before) == [
            ("row", "person", tran, None),
            ("row", "person", tran, None),
            ("granted", "person", tran, tran),
        ]


def test_the_feed_tells_the_coach_of_a_pairing_and_of_its_end(app: Flask, school: School) -> None:
    lee, okafor = school.people["lee"], school.people["okafor"]
    with app.app_context():
        room = {"grade": "6", "subject": "Science", "room": "3", "head_count": 20}
        class_id = add_class(school.other_school_id, okafor, "6A", **room)  # type: ignore[arg-type]
        before = seen(school)
        pairing_id = pairings.pair(lee, okafor)
        assert set(news(school, before)) == {
            ("granted", "pairing", pairing_id, lee),
            ("row", "person", okafor, None),
            ("row", "school", school.other_school_id, None),
            ("row", "class", class_id, None),
            ("row", "pairing", pairing_id, None),
        }
        before = seen(school)
        pairings.end_pairing(pairing_id)
        assert ("withdrawn", "pairing", pairing_id, lee) in news(school, before)


def test_a_coach_holds_rows_of_her_own_teachers_only(app: Flask, school: School) -> None:
    with app.app_context():
        found = rows.rows_for(people.actor_of(school.people["lee"]))
        ids = {ref_id for room, ref_id, _ in found if room in ("person", "class", "pairing")}
        assert ids == {school.people["lee"], school.people["rivera"], school.class_id, school.pairing_id}
        pairings.end_pairing(school.pairing_id)
        left = {
            ref_id
            for room, ref_id, _ in rows.rows_for(people.actor_of(school.people["lee"]))
            if room != "school"
        }
        assert left == {school.tenant_id, school.people["lee"]}


def test_a_principal_holds_rows_of_the_own_school(app: Flask, school: School) -> None:
    with app.app_context():
        found = rows.rows_for(people.actor_of(school.people["park"]))
        held = {(room, ref_id) for room, ref_id, _ in found}
    assert ("person", school.people["rivera"]) in held
    assert ("class", school.class_id) in held
    assert ("person", school.people["okafor"]) not in held
    assert ("school", school.other_school_id) not in held
    assert ("pairing", school.pairing_id) not in held


def test_nobody_holds_a_row_of_another_tenant(app: Flask, school: School) -> None:
    with app.app_context():
        stranger = people.add_person(make_other_tenant(), "Else", "else@other.example", [("principal", None)])
        actor = people.actor_of(stranger)
        refs = [("person", school.people["rivera"]), ("class", school.class_id), ("school", school.school_id)]
        refs += [("pairing", school.pairing_id), ("tenant", school.tenant_id)]
        assert [rows.row_for(actor, *ref) for ref in refs] == [None] * 5
        assert people.names_of(actor.tenant_id, school.people.values()) == {}


def test_a_row_is_written_as_the_tablet_reads_it(app: Flask, school: School) -> None:
    with app.app_context():
        assert class_row(school.class_id) == {
            "class_id": school.class_id,
            "school_id": school.school_id,
            "title": "4B",
            "grade": "4",
            "subject": "Math",
            "room": "12",
            "head_count": 22,
            "teacher_id": school.people["rivera"],
        }
        person = {"person_id": school.people["lee"], "display_name": "Coach Lee", "roles": ["coach"]}
        assert rows.row_of("person", school.people["lee"]) == person
        assert rows.row_of("person", make_id()) is None


# The page


def add(client: FlaskClient, **form: str) -> str:
    typed = {"name": "Ms Tran", "email": "tran@school.example", "role": "coach", "school_id": ""} | form
    return client.post("/people", data=typed | {"csrf_token": csrf_token(client, "/people")}).text


def test_the_administrator_adds_a_person_and_gets_a_link_that_works(app: Flask, dana: FlaskClient) -> None:
    page = add(dana)
    assert "A link for Ms Tran" in page
    assert "works only on this machine" in page
    link = page.split("<code>http://localhost")[1].split("<")[0]
    assert app.test_client().get(link).status_code == 200
    assert "<code>" not in dana.get("/people").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Write the name as colleagues say it"),
        ({"email": "tran"}, "This is not a full address"),
        ({"email": "rivera@school.example"}, "Somebody has this address already."),
        ({"role": "emperor"}, "Choose a role."),
        ({"role": "teacher"}, "A teacher or principal belongs to a school."),
        ({"school_id": "00000000-0000-0000-0000-000000000000"}, "Choose a school of the list."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    dana: FlaskClient, wrong: dict[str, str], sentence: str
) -> None:
    page = add(dana, **wrong)
    assert sentence in page
    assert "Nobody was added yet" in page
    assert ("Ms Tran" if "name" not in wrong else "tran@school.example") in page


def test_there_is_no_way_to_a_link_for_who_has_a_password(dana: FlaskClient, school: School) -> None:
    token = csrf_token(dana, "/people")
    answer = dana.post(f"/people/{school.people['rivera']}/link", data={"csrf_token": token})
    assert answer.status_code == 404


def test_the_list_shows_the_own_tenant_only_and_can_be_searched(
    app: Flask, dana: FlaskClient, school: School
) -> None:
    with app.app_context():
        people.add_person(make_other_tenant(), "Hidden", "hidden@other.example")
    page = dana.get("/people").text
    assert "Ms Rivera" in page
    assert "Hidden" not in page
    found = dana.get("/people?q=okaf").text
    assert "Mr Okafor" in found
    assert "Ms Rivera" not in found
    assert "Nobody of that name" in dana.get("/people?q=%25").text


def test_a_name_is_shown_as_text(app: Flask, dana: FlaskClient, school: School) -> None:
    with app.app_context():
        add_school(school.tenant_id, "<script>alert(1)</script>")
    page = add(dana, name="<img src=x onerror=alert(1)>")
    assert "<img" not in page
    assert "<script>alert" not in page
