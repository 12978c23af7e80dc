"""A server restored from an older backup: tablets send again what it lacks, the ledger ends again what was ended."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from device import Device, Visit, id_of, running_hash
from noticing.accounts import pairings, people, set_up
from noticing.app import create_app
from noticing.backup import data_lock, sqlite_file
from noticing.backup.fault import CannotBackUp, CannotRestore
from noticing.backup.making import keys_beside, make_backup
from noticing.backup.restoring import Restored, restore
from noticing.cli import main
from noticing.clock import frozen, now
from noticing.database import db
from noticing.entry_log.store import read_after
from noticing.entry_log.streams import revoke_stream
from noticing.feed.counter import read_server_epoch
from noticing.ledger.acts import file_of
from noticing.observations import projection
from noticing.organisation_keys.files import folder_of_keys
from school import School, make_school, sign_in


class Server:
    """One that is backed up and restored. `app` is made anew after each restore, as by a start."""

    def __init__(self, app: Flask, tmp_path: Path) -> None:
        self.app, self.config, self.backups = app, app.config["NOTICING"], tmp_path / "backups"
        self.backups.mkdir()
        self.said: list[str] = []

    def backup(self) -> Path:
        before = set(self.backups.glob("*/manifest.json"))
        with self.app.app_context():
            assert make_backup(self.backups, self.said.append) == []
        (made,) = set(self.backups.glob("*/manifest.json")) - before
        return made.parent

    def restore(self, backup: Path, *, keys: Path | None = None, may_replace: bool = True) -> Restored:
        self.close()
        done = restore(backup, self.config, create_app, self.said.append, keys=keys, may_replace=may_replace)
        self.app = create_app(self.config)
        return done

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def epoch(self) -> str:
        with self.app.app_context():
            return read_server_epoch(db.session())

    def bodies(self, school: School) -> list[bytes]:
        with self.app.app_context():
            return [entry.body for entry in read_after(db.session(), school.tenant_id, 0, 10_000)]


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[Server]:
    found = Server(app, tmp_path)
    yield found
    found.close()


def move(device: Device, server: Server) -> Device:
    """The tablet meets the server that was started anew."""
    device.app, device.client = server.app, server.app.test_client()
    return device


def test_tablets_heal_a_server_that_was_restored_from_yesterday(
    server: Server, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    mark, line = visit.mark(minute=1), visit.line("Thirds don’t fit.", minute=2)
    share = visit.share([id_of(mark)])
    bodies = [visit.start, mark, line, visit.finish(), share]
    lee.push(bodies[:2])
    backup, epoch = server.backup(), server.epoch()
    lee.push(bodies[2:])
    with server.app.app_context():
        people.end_role(school.people["park"], "principal", school.school_id)
    views = view_of(server, visit)

    done = server.restore(backup)
    move(lee, server)
    assert server.epoch() != epoch
    assert (done.awaited, done.is_suspended) == (1, False)
    with server.app.app_context():
        assert people.actor_of(school.people["park"]).roles == frozenset()
    assert lee.hello()["acknowledged_through"] == 2
    answer = lee.push(bodies[2:], from_seq=3)
    assert (answer["acknowledged_through"], answer["acknowledged_hash"]) == (5, running_hash(bodies))
    assert answer["set_aside"] == []
    assert server.bodies(school) == [body.encode() for body in bodies]
    assert view_of(server, visit) == views


def view_of(server: Server, visit: Visit) -> Any:
    with server.app.app_context():
        found = projection.view_of(visit.school.tenant_id, visit.observation_id)
        assert found
        return found


def test_what_was_ended_after_the_backup_stays_ended(server: Server, school: School) -> None:
    who = school.people
    backup = server.backup()
    with server.app.app_context():
        people.end_role(who["park"], "principal", school.school_id)
        people.deactivate_person(who["okafor"])
        pairings.end_pairing(school.pairing_id)
        people.end_sessions(who["rivera"])
        mark = people.find_person(who["rivera"]).session_mark
        set_up.use_link(set_up.make_link(who["dana"]).rsplit("/", 1)[1], "four other random words")
    done = server.restore(backup)
    with server.app.app_context():
        assert people.actor_of(who["park"]).roles == frozenset()
        assert not people.find_person(who["okafor"]).is_active
        assert pairings.pairing_between(who["lee"], who["rivera"]) is None
        assert people.find_person(who["rivera"]).session_mark == mark
        assert people.find_person(who["dana"]).password_hash is None
    assert done.without_password == [school.email("dana")]


def test_a_revoked_tablet_stays_revoked_and_what_had_come_before_counts_again(
    server: Server, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.mark()]
    backup = server.backup()
    lee.push(bodies[:2])
    with server.app.app_context():
        revoke_stream(school.tenant_id, lee.stream_id)
    server.restore(backup)
    answer = move(lee, server).push(bodies, from_seq=1)
    assert [(each["stream_seq"], each["code"]) for each in answer["set_aside"]] == [(3, "device-revoked")]
    assert answer["acknowledged_through"] == 3


def test_restoring_twice_does_the_same(server: Server, school: School, lee: Device) -> None:
    backup = server.backup()
    with server.app.app_context():
        pairings.end_pairing(school.pairing_id)
    assert server.restore(backup).acts == 1
    first = server.epoch()
    assert server.restore(backup).acts == 1
    assert server.epoch() != first


def test_without_the_ledger_only_administrators_come_in_until_somebody_has_looked(
    server: Server, school: School, lee: Device
) -> None:
    visit = Visit(lee, school)
    rivera = server.app.test_client()
    assert sign_in(rivera, school.email("rivera")) == 303
    backup = server.backup()
    with server.app.app_context():
        file_of(school.tenant_id).unlink()
    done = server.restore(backup)
    assert done.is_suspended
    client = server.app.test_client()
    assert sign_in(client, school.email("rivera")) == 503
    assert client.get("/notes").status_code in (302, 303, 401)
    assert sign_in(server.app.test_client(), school.email("dana")) == 303
    assert move(lee, server).push([visit.start])["acknowledged_through"] == 1


def test_a_ledger_that_stops_before_the_backup_or_was_changed_is_no_ledger(
    server: Server, school: School
) -> None:
    with server.app.app_context():
        file = file_of(school.tenant_id)
        people.end_sessions(school.people["okafor"])
        short = file.read_bytes()
    backup = server.backup()
    whole = file.read_bytes()
    file.write_bytes(short)
    assert server.restore(backup).is_suspended
    file.write_bytes(whole.replace(b"sessions.ended", b"sessions.endeD", 1))
    assert server.restore(backup).is_suspended
    file.write_bytes(whole)
    assert not server.restore(backup).is_suspended


def test_an_older_link_opens_nothing_after_a_restore(server: Server, school: School) -> None:
    with server.app.app_context():
        token = set_up.make_link(school.people["okafor"]).rsplit("/", 1)[1]
    server.restore(server.backup())
    assert server.app.test_client().get(f"/set-up/{token}").status_code == 410


def test_a_backup_made_while_tablets_push_holds_all_that_was_acknowledged_before(
    app: Flask, tmp_path: Path, school: School, lee: Device
) -> None:
    visit, server = Visit(lee, school), Server(app, tmp_path)
    bodies = [visit.start, *(visit.mark(minute=n / 60) for n in range(1, 400))]
    lee.push(bodies[:50])
    stop = threading.Event()

    def push_on() -> None:
        for seq in range(50, 400, 5):
            if not stop.is_set():
                lee.push(bodies[seq : seq + 5], from_seq=seq + 1)

    pushing = threading.Thread(target=push_on)
    pushing.start()
    try:
        backup = server.backup()
    finally:
        stop.set()
        pushing.join()
    server.restore(backup)
    kept = server.bodies(school)
    assert len(kept) >= 50
    assert kept == [body.encode() for body in bodies[: len(kept)]]
    through = move(lee, server).hello()
    assert (through["acknowledged_through"], through["acknowledged_hash"]) == (
        len(kept),
        running_hash(bodies[: len(kept)]),
    )


def test_what_was_there_is_kept_aside(server: Server, school: School, lee: Device) -> None:
    backup = server.backup()
    lee.push([Visit(lee, school).start])
    former = server.restore(backup).former
    assert former
    if server.config.database_url.startswith("sqlite"):
        (file,) = Path(former).glob("*.db")
        assert sqlite_file.read_one(file, "SELECT count(*) FROM log_entry") == "1"
    else:
        schema = former.split()[2]
        with server.app.app_context():
            assert db.session.execute(sa.text(f"SELECT count(*) FROM {schema}.log_entry")).scalar() == 1
    assert server.bodies(school) == []


def test_data_is_replaced_only_when_that_was_said(server: Server, school: School) -> None:
    backup, epoch = server.backup(), server.epoch()
    with pytest.raises(CannotRestore, match="--yes"):
        server.restore(backup, may_replace=False)
    assert server.epoch() == epoch


def test_nothing_is_restored_while_a_server_runs(server: Server, school: School) -> None:
    backup, epoch = server.backup(), server.epoch()
    lock = data_lock.share(server.config.data_dir)
    assert lock
    with lock, pytest.raises(CannotRestore, match="runs"):
        server.restore(backup)
    assert server.epoch() == epoch


@pytest.mark.parametrize("part", ["database", "ledger", "manifest"])
def test_a_damaged_backup_is_not_restored(server: Server, school: School, part: str) -> None:
    backup, epoch = server.backup(), server.epoch()
    pattern = {"database": "database.*", "ledger": "ledger/*.jsonl", "manifest": "manifest.json"}[part]
    (file,) = backup.glob(pattern)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(CannotRestore):
        server.restore(backup)
    assert server.epoch() == epoch


def test_a_restore_that_breaks_leaves_what_was_there(
    server: Server, school: School, lee: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, epoch = server.backup(), server.epoch()
    lee.push([Visit(lee, school).start])

    def break_down(*_arguments: object) -> None:
        raise OSError("the power went off")

    monkeypatch.setattr("noticing.backup.restoring.renew_server_epoch", break_down)
    with pytest.raises(OSError, match="power"):
        server.restore(backup)
    monkeypatch.undo()
    assert server.epoch() == epoch
    assert len(server.bodies(school)) == 1


def test_photos_are_copied_once_and_come_back(server: Server, school: School) -> None:
    name = f"{school.tenant_id}/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    photo = server.config.data_dir / "photos" / name
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"abc")
    server.backup()
    second = server.backup()
    kept = server.backups / "photos" / name
    assert kept.read_bytes() == b"abc"
    assert [said for said in server.said if said.startswith("Photos")][-1].startswith(
        "Photos: 1, of which 0 are new"
    )
    photo.unlink()
    assert server.restore(second).missing_photos == []
    assert photo.read_bytes() == b"abc"
    photo.unlink()
    kept.write_bytes(b"abd")
    assert server.restore(second).missing_photos == [name]


def test_keys_lie_apart_and_come_back_with_their_file(server: Server, school: School, lee: Device) -> None:
    start = Visit(lee, school).start
    sealed = lee.seal([start])
    backup = server.backup()
    keys = keys_beside(backup)
    assert any("KEEP THE KEYS APART" in said for said in server.said)
    assert not [file for file in backup.rglob("*") if file.is_file() and b"PRIVATE" in file.read_bytes()]
    apart = keys.rename(keys.with_name("elsewhere.tar"))
    with server.app.app_context():
        folder = folder_of_keys()
    for file in folder.rglob("*.pem"):
        file.unlink()
    assert server.restore(backup).missing_keys == 1
    assert server.restore(backup, keys=apart).missing_keys == 0
    move(lee, server)
    sent = json.dumps({"stream_id": lee.stream_id, "from_seq": 1, "sealed": sealed}).encode()
    answer = lee.post(sent, **{"Content-Encoding": "identity"})
    assert answer.get_json()["acknowledged_through"] == 1
    apart.write_bytes(b"other")
    with pytest.raises(CannotRestore, match="keys"):
        server.restore(backup, keys=apart)


def test_nothing_half_made_is_left_of_a_backup_that_fails(
    server: Server, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("noticing.backup.making.write_manifest", fail)
    with server.app.app_context(), pytest.raises(CannotBackUp, match="No space"):
        make_backup(server.backups, server.said.append)
    assert [each.name for each in server.backups.iterdir() if not each.name.endswith("-keys.tar")] in (
        [],
        ["photos"],
    )


def test_a_backup_does_not_take_the_place_of_another(server: Server, school: School) -> None:
    backup, again = server.backup(), server.backup()
    assert backup != again
    with server.app.app_context(), pytest.raises(CannotBackUp, match="is a backup itself"):
        make_backup(backup, server.said.append)
    with server.app.app_context(), pytest.raises(CannotBackUp, match="is a file"):
        make_backup(backup / "manifest.json", server.said.append)


def test_a_database_that_was_copied_back_by_hand_is_noticed_once(sqlite_app: Flask, tmp_path: Path) -> None:
    school, server = make_school(sqlite_app), Server(sqlite_app, tmp_path)
    lee = Device(sqlite_app, school.people["lee"])
    visit = Visit(lee, school)
    bodies = [visit.start, visit.mark(), visit.finish()]
    place = Path(str(sa.make_url(server.config.database_url).database))
    lee.push(bodies[:1])
    copy = tmp_path / "copy.db"
    sqlite_file.copy_database(place, copy)
    receipt = lee.push(bodies[1:])["receipt"]
    epoch = server.epoch()
    assert lee.hello(receipt)["server_epoch"] == epoch
    server.close()
    sqlite_file.put_in_place(copy, place, tmp_path / "aside")
    hello = lee.hello(receipt)
    assert hello["acknowledged_through"] == 1
    assert hello["server_epoch"] not in (epoch, None)
    assert lee.hello(receipt)["server_epoch"] == hello["server_epoch"]


def test_a_tablet_that_lies_changes_no_epoch(server: Server, school: School, lee: Device) -> None:
    receipt, epoch = lee.push([Visit(lee, school).start])["receipt"], server.epoch()
    other = Device(server.app, school.people["lee"])
    mac = receipt.split(".")[1]
    for claim in (f"99.{mac}", "99.", "99", "x.y", f"-1.{mac}", f"١.{mac}", "9" * 100 + f".{mac}", "99.ü"):
        assert lee.hello(claim)["server_epoch"] == epoch
    assert other.hello(receipt)["server_epoch"] == epoch


def test_a_folder_for_backups_is_made_and_takes_one_every_night(sqlite_app: Flask, tmp_path: Path) -> None:
    """As cron runs it: the same words each night, and at first there is no such folder."""
    make_school(sqlite_app)
    backups = tmp_path / "disk" / "backups"
    for night in range(2):
        with frozen(now() + timedelta(days=night)):
            assert main(["backup", str(backups), "--data", str(tmp_path)]) == 0
    made = sorted(backups.glob("noticing-*/manifest.json"))
    assert len(made) == 2
    assert not (backups / "manifest.json").exists()
    assert {each.name for each in backups.parent.iterdir()} == {"backups"}
    for each in made:
        assert main(["restore", str(each.parent), "--data", str(tmp_path), "--yes"]) == 0


def test_the_commands_back_up_and_restore(sqlite_app: Flask, tmp_path: Path, capsys: Any) -> None:
    school = make_school(sqlite_app)
    backups = tmp_path / "backups"
    backups.mkdir()
    assert main(["backup", str(backups), "--data", str(tmp_path)]) == 0
    (made,) = (each for each in backups.iterdir() if each.is_dir() and each.name != "photos")
    assert str(made) in capsys.readouterr().out
    with sqlite_app.app_context():
        pairings.end_pairing(school.pairing_id)
        file_of(school.tenant_id).unlink()
        db.session.remove()
        db.engine.dispose()
    assert main(["restore", str(made), "--data", str(tmp_path)]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["restore", str(made), "--data", str(tmp_path), "--yes"]) == 0
    assert "noticing resume" in capsys.readouterr().out
    assert main(["resume", "--data", str(tmp_path)]) == 0
    assert (
        sign_in(create_app(replace(sqlite_app.config["NOTICING"])).test_client(), school.email("rivera"))
        == 303
    )
