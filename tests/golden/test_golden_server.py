"""What a released server kept is upgraded, and what released tablets send is taken, for ever."""

import base64
import gzip
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from conftest import disposing, make_app
from golden.releases import FILES, HERE, copy_rows, put_back, releases, upgraded
from noticing import cli
from noticing.database import db
from noticing.entry_log.damage import places_of_stream
from noticing.feed.counter import tenant_ids
from noticing.migrating import migrate
from noticing.observations.rebuilding import find_differing
from noticing.sync.wire import LAST_SEQ

PUSH = "/api/v1/sync/push"


@pytest.fixture(params=releases())
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def old_school(request: pytest.FixtureRequest, release: str, tmp_path: Path) -> Iterator[Flask]:
    """Today's server with the database of the release."""
    upgraded_app = upgraded(release, tmp_path)
    if request.param == "postgresql":
        app = make_app(request.getfixturevalue("postgresql_url"), tmp_path)
        copy_rows(upgraded_app, app)
        yield from disposing(app)
    else:
        yield upgraded_app
    with upgraded_app.app_context():
        db.engine.dispose()


def pushes_of(release: str) -> list[dict[str, Any]]:
    pushes: list[dict[str, Any]] = json.loads((HERE / release / "pushes.json").read_text())
    return pushes


def bodies_in(push: dict[str, Any]) -> list[str]:
    sent = base64.b64decode(push["body"])
    is_gzip = push["headers"].get("Content-Encoding") == "gzip"
    bodies: list[str] = json.loads(gzip.decompress(sent) if is_gzip else sent)["bodies"]
    return bodies


def send(app: Flask, push: dict[str, Any]) -> dict[str, Any]:
    response = app.test_client().post(PUSH, data=base64.b64decode(push["body"]), headers=push["headers"])
    assert response.status_code == push["status"], response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def places_set_aside(answer: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["stream_seq"], each["code"]) for each in answer["set_aside"]]


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context():
        return list(db.session.execute(sa.text(statement)))


def bodies_of(app: Flask, stream_id: str) -> list[str]:
    """What the log has of a stream, with the right hash beside each."""
    with app.app_context():
        found = list(places_of_stream(db.session(), stream_id, 1, LAST_SEQ))
    assert all(place.is_sound for place in found)
    return [(place.body or b"").decode() for place in found]


def test_this_version_has_its_fixtures() -> None:
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text())
    version = project["project"]["version"]
    missing = FILES - {file.name for file in HERE.glob(f"{version}/*")}
    assert not missing, f"tests/golden/README.md says how to make {version}/{', '.join(sorted(missing))}"


def test_the_pushes_of_a_release_have_every_way_and_every_kind(release: str) -> None:
    pushes = pushes_of(release)
    assert {"Content-Encoding" in push["headers"] for push in pushes} == {True, False}
    entries = [json.loads(body) for push in pushes for body in bodies_in(push)]
    assert {entry["entry_schema"] for entry in entries} == {1}
    assert {entry["app_version"] for entry in entries} == {release}
    assert len({entry["kind"] for entry in entries}) >= 19


def test_what_tablets_of_a_release_send_is_taken_with_the_same_hashes(
    old_school: Flask, release: str
) -> None:
    sent: dict[str, list[str]] = {}
    for push in pushes_of(release):
        answer, once = send(old_school, push), push["answer"]
        for name in ("acknowledged_through", "acknowledged_hash", "ranges_beyond", "fork"):
            assert answer[name] == once[name]
        assert places_set_aside(answer) == places_set_aside(once)
        sent.setdefault(push["headers"]["Noticing-Stream"], []).extend(bodies_in(push))
    for stream_id, bodies in sent.items():
        assert bodies_of(old_school, stream_id) == bodies


def test_the_same_pushes_again_change_nothing(old_school: Flask, release: str) -> None:
    for push in pushes_of(release):
        send(old_school, push)
    before = rows(old_school, "SELECT count(*) FROM log_entry")
    assert [send(old_school, push)["fork"] for push in pushes_of(release)] == [None] * len(pushes_of(release))
    assert rows(old_school, "SELECT count(*) FROM log_entry") == before


def test_the_views_of_a_release_and_of_its_pushes_are_what_the_log_says(
    old_school: Flask, release: str
) -> None:
    with old_school.app_context():
        (tenant_id,) = tenant_ids(db.session())
        assert find_differing(tenant_id) == []
    for push in pushes_of(release):
        send(old_school, push)
    with old_school.app_context():
        assert find_differing(tenant_id) == []


def test_every_entry_of_a_release_is_there_after_the_upgrade(release: str, tmp_path: Path) -> None:
    columns = "change_seq, entry_id, body, body_hash, stream_id, stream_seq, author_id, set_aside_code"
    asked = [f"SELECT {columns} FROM log_entry ORDER BY 1", "SELECT * FROM envelope ORDER BY 1, 2"]
    app = make_app(put_back(release, tmp_path), tmp_path)
    kept = [rows(app, each) for each in asked]
    assert len(kept[0]) > 20
    with app.app_context():
        migrate()
    assert [rows(app, each) for each in asked] == kept
    list(disposing(app))


def test_from_a_terminal_migrate_and_then_rebuild_check_is_clean(
    release: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_back(release, tmp_path)
    assert cli.main(["migrate", "--data", str(tmp_path)]) == 0
    assert cli.main(["rebuild", "--check", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out
