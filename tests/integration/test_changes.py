"""What a person may hold offline, handed out in the order of commits, and nothing else."""

import base64
import gzip
import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from device import Device, Visit, changed, id_of
from noticing.accounts import rows
from noticing.accounts.pairings import end_pairing, pair
from noticing.accounts.passwords import choose_password
from noticing.accounts.people import actor_of, add_person, grant_role
from noticing.accounts.places import add_class
from noticing.clock import make_random_id
from noticing.database import Id, db, writing
from noticing.entry_log.streams import revoke_stream
from noticing.sync.cursor import read_cursor, write_cursor
from noticing.sync.reprocessing import reprocess
from school import PASSWORD, School, sign_in


@pytest.fixture
def tablet(app: Flask, school: School) -> FlaskClient:
    return signed_in(app, school, "lee")


def signed_in(app: Flask, school: School, who: str) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, school.email(who), PASSWORD) == 303
    return client


def ask(client: FlaskClient, after: str = "", limit: int = 500) -> dict[str, Any]:
    response = client.get("/api/v1/sync/changes", query_string={"after": after, "limit": limit})
    assert response.status_code == 200, response.get_data(as_text=True)
    page: dict[str, Any] = response.get_json()
    return page


def bodies_of(page: dict[str, Any]) -> list[str]:
    return [item["body"] for item in page["items"] if item["what"] == "entry"]


def rows_of(page: dict[str, Any], room: str) -> list[dict[str, Any]]:
    return [item["row"] for item in page["items"] if item["what"] == "row" and item["room"] == room]


def pushed_visit(device: Device, school: School) -> tuple[Visit, list[str]]:
    visit = Visit(device, school)
    bodies = [visit.start, visit.mark(), visit.line("What could we draw?"), visit.finish()]
    assert device.push(bodies)["set_aside"] == []
    return visit, bodies


def test_the_first_answer_holds_what_a_coach_needs_without_a_network(
    school: School, tablet: FlaskClient
) -> None:
    page = ask(tablet)
    assert (page["reset"], page["more"]) == (False, False)
    assert [row["name"] for row in rows_of(page, "tenant")] == ["Riverside"]
    assert {row["display_name"] for row in rows_of(page, "person")} == {"Coach Lee", "Ms Rivera"}
    assert [row["title"] for row in rows_of(page, "class")] == ["4B"]
    assert [row["pairing_id"] for row in rows_of(page, "pairing")] == [school.pairing_id]
    protocols = {row["slug"]: row for row in rows_of(page, "protocol")}
    assert set(protocols) >= {
        "lesson-clarity",
        "engagement-sweep",
        "responses-and-feedback",
        "selective-script",
    }
    assert set(protocols["lesson-clarity"]) == {"slug", "version", "hash", "document"}


def test_a_principal_gets_the_teachers_of_her_school_only(app: Flask, school: School) -> None:
    page = ask(signed_in(app, school, "park"))
    names = {row["display_name"] for row in rows_of(page, "person")}
    assert "Ms Rivera" in names
    assert "Mr Okafor" not in names
    assert rows_of(page, "pairing") == []


def test_own_entries_come_back_byte_for_byte_with_their_place(
    school: School, lee: Device, tablet: FlaskClient
) -> None:
    _, bodies = pushed_visit(lee, school)
    page = ask(tablet)
    entries = [item for item in page["items"] if item["what"] == "entry"]
    assert [item["body"] for item in entries] == bodies
    assert [(item["stream_id"], item["stream_seq"]) for item in entries] == [
        (lee.stream_id, n) for n in (1, 2, 3, 4)
    ]


def test_with_nothing_new_nothing_comes_and_the_cursor_holds(
    school: School, lee: Device, tablet: FlaskClient
) -> None:
    pushed_visit(lee, school)
    first = ask(tablet)
    again = ask(tablet, first["cursor"])
    assert (again["items"], again["more"], again["reset"]) == ([], False, False)
    assert ask(tablet, again["cursor"])["items"] == []


def test_only_what_is_new_follows_a_cursor(school: School, lee: Device, tablet: FlaskClient) -> None:
    visit, _ = pushed_visit(lee, school)
    cursor = ask(tablet)["cursor"]
    new = visit.mark()
    lee.push([new])
    assert bodies_of(ask(tablet, cursor)) == [new]


def test_pages_of_any_size_hold_everything_once_and_in_order(
    school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit, bodies = pushed_visit(lee, school)
    aside = visit.mark("no_such_item")
    lee.push([aside, last := visit.mark()])
    for limit in (1, 2, 3, 500):
        cursor, found, more = "", [], True
        while more:
            page = ask(tablet, cursor, limit)
            assert not page["reset"]
            cursor, more = page["cursor"], page["more"]
            found += bodies_of(page)
        assert found == [*bodies, aside, last], limit


def test_entries_of_others_are_not_handed_out(app: Flask, school: School, lee: Device) -> None:
    pushed_visit(lee, school)
    assert bodies_of(ask(signed_in(app, school, "park"))) == []


def test_a_colleague_coach_gets_nothing_of_the_visit(app: Flask, school: School, lee: Device) -> None:
    with app.app_context():
        adler = add_person(school.tenant_id, "Coach Adler", "adler@school.example", [("coach", None)])
        choose_password(adler, PASSWORD)
    pushed_visit(lee, school)
    client = app.test_client()
    assert sign_in(client, "adler@school.example", PASSWORD) == 303
    page = ask(client)
    assert bodies_of(page) == []
    assert {row["display_name"] for row in rows_of(page, "person")} == {"Coach Adler"}


def test_the_teachers_reply_reaches_the_coach(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit = Visit(lee, school)
    mark = visit.mark()
    share = visit.share([id_of(mark)])
    lee.push([visit.start, mark, visit.finish(), share])
    cursor = ask(tablet)["cursor"]
    rivera = Device(app, school.people["rivera"])
    reply = rivera.body(
        visit.observation_id,
        "feedback.replied",
        {"feedback_entry_id": id_of(share), "text": "Thank you"},
        minute=60,
    )
    assert rivera.push([reply])["set_aside"] == []
    assert bodies_of(ask(tablet, cursor)) == [reply]
    assert bodies_of(ask(tablet))[-1] == reply


def test_set_aside_entries_are_told_to_their_author_with_their_words_and_the_reason(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit, _ = pushed_visit(lee, school)
    wrong = visit.mark("no_such_item")
    lee.push([wrong])
    entry, told = ask(tablet)["items"][-2:]
    assert (entry["what"], entry["stream_seq"], entry["body"]) == ("entry", 5, wrong)
    assert told["what"] == "set_aside"
    assert (told["stream_id"], told["stream_seq"], told["entry_id"]) == (lee.stream_id, 5, id_of(wrong))
    assert told["code"] == "item-unknown"
    assert told["text"]
    park = ask(signed_in(app, school, "park"))
    assert not [item for item in park["items"] if item["what"] == "set_aside"]
    assert wrong not in bodies_of(park)


def test_what_another_account_wrote_or_another_entry_stands_for_is_told_without_its_words(
    school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit, bodies = pushed_visit(lee, school)
    of_park = changed(visit.mark(), author_id=school.people["park"])
    twice = changed(visit.mark(), entry_id=id_of(bodies[1]))
    lee.push([of_park, twice, "no entry at all"])
    page = ask(tablet)
    aside = [item["code"] for item in page["items"] if item["what"] == "set_aside"]
    assert aside == ["not-your-entry", "same-id-other-content", "not-an-entry"]
    assert bodies_of(page) == bodies


def test_words_that_were_set_aside_go_with_the_visit_that_may_no_longer_be_read(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit, bodies = pushed_visit(lee, school)
    wrong = visit.mark("no_such_item")
    lee.push([wrong])
    assert bodies_of(ask(tablet)) == [*bodies, wrong]
    with app.app_context():
        end_pairing(school.pairing_id)
    page = ask(tablet)
    assert bodies_of(page) == []
    assert [item["code"] for item in page["items"] if item["what"] == "set_aside"] == ["item-unknown"]


def test_what_a_device_sends_that_was_taken_out_of_use_reaches_no_other_with_its_words(
    app: Flask, school: School, lee: Device
) -> None:
    visit, bodies = pushed_visit(lee, school)
    with app.app_context():
        revoke_stream(school.tenant_id, lee.stream_id)
    second_start = changed(visit.start, entry_id="00000000-0000-7000-8000-000000000001")
    as_another = changed(visit.mark(), author_id=school.people["park"], entry_id=id_of(bodies[1]))
    lee.push([second_start, as_another, visit.mark()])
    page = ask(signed_in(app, school, "lee"))
    aside = [item["code"] for item in page["items"] if item["what"] == "set_aside"]
    assert aside == ["device-revoked"] * 3
    assert bodies_of(page) == bodies


def test_what_is_accepted_later_comes_behind_everybodys_cursor(
    app: Flask, school: School, lee: Device, tablet: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = Visit(lee, school)
    with monkeypatch.context() as later:
        later.setattr("noticing.sync.grounds.load_all", dict)
        lee.push([visit.start])
    page = ask(tablet)
    assert [item["code"] for item in page["items"] if item["what"] == "set_aside"] == ["protocol-unknown"]
    with app.app_context():
        assert reprocess(school.tenant_id) == 1
    items = ask(tablet, page["cursor"])["items"]
    assert [(item["what"], item["body"]) for item in items] == [("entry", visit.start)]


def test_a_cursor_of_another_epoch_begins_anew(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    _, bodies = pushed_visit(lee, school)
    first, epoch = ask(tablet), make_random_id()
    with app.app_context(), writing(school.tenant_id) as session:
        session.execute(
            sa.text("UPDATE server_epoch SET epoch = :other"),
            {"other": UUID(epoch).hex},
        )
    page = ask(tablet, first["cursor"])
    assert page["reset"] is True
    assert page["server_epoch"] != first["server_epoch"]
    assert bodies_of(page) == bodies
    assert ask(tablet, page["cursor"])["reset"] is False


def test_a_cursor_that_stands_on_another_item_begins_anew(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    """A copied database: the same numbers, but other things happened under them."""
    pushed_visit(lee, school)
    cursor = ask(tablet)["cursor"]
    with app.app_context(), writing(school.tenant_id) as session:
        session.execute(
            sa.text("UPDATE log_entry SET body_hash = :other WHERE kind = 'observation.finished'"),
            {"other": bytes(32)},
        )
    assert ask(tablet, cursor)["reset"] is True


@pytest.mark.parametrize("cursor", ["x", "Zm9v", "W10", "eyJhIjoxfQ", "\u2603", "W" * 5000])
def test_a_cursor_that_is_none_of_ours_begins_anew(tablet: FlaskClient, cursor: str) -> None:
    assert ask(tablet, cursor)["reset"] is True


def test_the_cursor_of_one_person_is_no_use_to_another(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    pushed_visit(lee, school)
    assert ask(signed_in(app, school, "park"), ask(tablet)["cursor"])["reset"] is True


def test_a_new_pairing_brings_the_teacher_and_her_classes(
    app: Flask, school: School, tablet: FlaskClient
) -> None:
    cursor = ask(tablet)["cursor"]
    with app.app_context():
        add_class(
            school.other_school_id,
            school.people["okafor"],
            "6A",
            grade="6",
            subject="x",
            room="1",
            head_count=20,
        )
    page = ask(tablet, cursor)
    assert rows_of(page, "class") == []
    with app.app_context():
        pair(school.people["lee"], school.people["okafor"])
    page = ask(tablet, page["cursor"])
    assert [row["display_name"] for row in rows_of(page, "person")] == ["Mr Okafor"]
    assert [row["title"] for row in rows_of(page, "class")] == ["6A"]
    assert len(rows_of(page, "pairing")) == 1
    assert "granted" in {item["what"] for item in page["items"]}


def test_a_pairing_that_ended_takes_the_teacher_off_the_tablet(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    pushed_visit(lee, school)
    cursor = ask(tablet)["cursor"]
    with app.app_context():
        end_pairing(school.pairing_id)
    page = ask(tablet, cursor)
    assert page["reset"] is True
    assert {row["display_name"] for row in rows_of(page, "person")} == {"Coach Lee"}
    assert rows_of(page, "class") == []
    assert ask(tablet, page["cursor"])["reset"] is False


def test_another_role_brings_the_people_whom_it_lets_her_know(
    app: Flask, school: School, tablet: FlaskClient
) -> None:
    cursor = ask(tablet)["cursor"]
    with app.app_context():
        grant_role(school.people["lee"], "principal", school.other_school_id)
    names = {row["display_name"] for row in rows_of(ask(tablet, cursor), "person")}
    assert "Mr Okafor" in names


def test_new_protocols_come_without_being_asked_for(
    tablet: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("noticing.sync.reference.load_all", dict)
        page = ask(tablet)
    assert rows_of(page, "protocol") == []
    page = ask(tablet, page["cursor"])
    assert len(rows_of(page, "protocol")) >= 4
    assert ask(tablet, page["cursor"])["items"] == []


def test_push_tells_when_there_is_something_to_fetch(app: Flask, school: School, lee: Device) -> None:
    visit, _ = pushed_visit(lee, school)
    assert lee.push([visit.mark()])["changes_waiting"] is False
    with app.app_context():
        pair(school.people["lee"], school.people["okafor"])
    assert lee.push([visit.mark()])["changes_waiting"] is True
    assert lee.push([visit.mark()])["changes_waiting"] is False
    second = Device(app, school.people["lee"])
    second.push([visit.mark()])
    assert lee.push([visit.mark()])["changes_waiting"] is True


def test_nobody_without_a_tablets_role_gets_changes(app: Flask, school: School, lee: Device) -> None:
    for who in ("rivera", "dana"):
        assert signed_in(app, school, who).get("/api/v1/sync/changes").status_code == 403
    assert app.test_client().get("/api/v1/sync/changes").status_code == 401
    assert lee.get("/api/v1/sync/changes").status_code == 401  # a stream's key delivers; it does not read


def test_large_answers_are_zipped_for_who_can_read_them(school: School, tablet: FlaskClient) -> None:
    response = tablet.get("/api/v1/sync/changes", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(response.data))["items"]
    assert response.headers["Cache-Control"] == "no-store"


def count_statements(app: Flask, tablet: FlaskClient) -> int:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    ask(tablet)
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def test_the_first_answer_asks_as_often_in_a_large_school_as_in_a_small_one(
    app: Flask, school: School, tablet: FlaskClient
) -> None:
    before, count = count_statements(app, tablet), len(ask(tablet)["items"])
    with app.app_context():
        for number in range(8):
            email = f"teacher{number}@school.example"
            role = [("teacher", school.school_id)]
            teacher = add_person(school.tenant_id, f"Teacher {number}", email, role)
            pair(school.people["lee"], teacher)
            place = {"grade": "4", "subject": "x", "room": "1", "head_count": 20}
            add_class(school.school_id, teacher, f"{number}", **place)
    assert len(ask(tablet)["items"]) >= count + 3 * 8
    assert count_statements(app, tablet) == before


def test_rows_read_whole_are_those_that_are_read_one_by_one(app: Flask, school: School) -> None:
    with app.app_context():
        ended = add_person(school.tenant_id, "Ms Gone", "gone@school.example", [("teacher", None)])
        end_pairing(pair(school.people["lee"], ended))
        for who in school.people:
            actor = actor_of(school.people[who])
            whole = rows.rows_for(actor)
            ids = {
                "tenant": [school.tenant_id],
                "school": [school.school_id, school.other_school_id],
                "person": [*school.people.values(), ended],
                "class": [school.class_id],
                "pairing": db.session.scalars(
                    sa.select(sa.column("pairing_id", Id)).select_from(sa.table("pairing"))
                ),
            }
            single = [
                (room, each, row)
                for room, these in ids.items()
                for each in these
                if (row := rows.row_for(actor, room, each))
            ]
            assert sorted(whole, key=str) == sorted(single, key=str), who


@pytest.mark.parametrize("number", [-1, 2**63, 10**30])
def test_a_forged_cursor_makes_no_fault(app: Flask, school: School, tablet: FlaskClient, number: int) -> None:
    with app.app_context():
        real = read_cursor(ask(tablet)["cursor"])
        assert real
        for name in ("change_seq", "rows_seq"):
            cursor = write_cursor(msgspec.structs.replace(real, **{name: number}))
            assert ask(tablet, cursor)["reset"] is True


def test_a_cursor_tells_no_number_and_cannot_be_made_by_anybody_else(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    first = ask(tablet)["cursor"]
    pushed_visit(lee, school)
    second = ask(tablet)["cursor"]
    assert len(first) == len(second)
    raw = base64.urlsafe_b64decode(second + "=" * (-len(second) % 4))
    assert b"[" not in raw[:1]
    assert school.people["lee"].encode() not in raw
    other = raw[:-1] + bytes([raw[-1] ^ 1])
    assert ask(tablet, base64.urlsafe_b64encode(other).decode().rstrip("="))["reset"] is True
    with app.app_context():
        opened = read_cursor(second)
        app.config["SECRET_KEY"] = "another"
        assert opened
        assert read_cursor(second) is None


def test_who_has_nothing_new_costs_no_scan_of_the_log(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    """Every statement on the log's tables goes by an index."""
    pushed_visit(lee, school)
    cursor, statements = ask(tablet)["cursor"], []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "log_entry" in statement or "envelope" in statement or "FROM change" in statement:
            statements.append((statement, parameters))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    assert ask(tablet, cursor)["items"] == []
    sa.event.remove(engine, "before_cursor_execute", note)
    assert statements
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in statements:
            prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(prefix + statement, parameters))
            assert "SCAN log_entry" not in plan, plan
            assert "SCAN change" not in plan, plan
            assert "Seq Scan" not in plan, plan


def test_a_device_that_names_its_stream_is_not_sent_its_own_entries_back(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    _, bodies = pushed_visit(lee, school)
    lee.push(["no entry at all"])
    second = Device(app, school.people["lee"])
    others = [Visit(second, school).start]
    second.push(others)
    page = tablet.get("/api/v1/sync/changes", query_string={"not_from": lee.stream_id}).get_json()
    assert bodies_of(page) == others
    assert [item["code"] for item in page["items"] if item["what"] == "set_aside"] == ["not-an-entry"]
    assert rows_of(page, "person")
    assert bodies_of(ask(tablet)) == [*bodies, *others]
    after = {"after": page["cursor"], "not_from": lee.stream_id}
    following = tablet.get("/api/v1/sync/changes", query_string=after).get_json()
    assert (following["items"], following["reset"]) == ([], False)


def test_an_entry_that_lay_aside_is_sent_back_when_it_counts(
    school: School, lee: Device, tablet: FlaskClient
) -> None:
    visit = Visit(lee, school)
    mark = visit.mark()
    lee.push([mark], from_seq=2)
    lee.push([visit.start], from_seq=1)
    page = tablet.get("/api/v1/sync/changes", query_string={"not_from": lee.stream_id}).get_json()
    assert bodies_of(page) == [mark]


def test_the_entries_of_many_pages_are_left_out_without_a_hole(
    app: Flask, school: School, lee: Device, tablet: FlaskClient
) -> None:
    second = Device(app, school.people["lee"])
    mine, others = Visit(lee, school), Visit(second, school)
    kept = [others.start]
    lee.push([mine.start])
    second.push(kept)
    for _ in range(4):
        lee.push([mine.mark() for _ in range(3)])
        kept.append(others.mark())
        second.push(kept[-1:])
    after, bodies, more = "", [], True
    while more:
        asked = {"after": after, "limit": 2, "not_from": lee.stream_id}
        page = tablet.get("/api/v1/sync/changes", query_string=asked).get_json()
        after, more = page["cursor"], page["more"]
        bodies += bodies_of(page)
    assert bodies == kept


def test_only_an_own_stream_can_be_named(app: Flask, school: School, tablet: FlaskClient) -> None:
    park = Device(app, school.people["park"])
    for stream_id in (park.stream_id, make_random_id(), "nonsense", ""):
        answer = tablet.get("/api/v1/sync/changes", query_string={"not_from": stream_id})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "stream-unknown")
