"""The real server in this process, asked over WSGI, in virtual time, on a database that is put back in one copy."""

import base64
import contextlib
import gc
import hashlib
import io
import logging
import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from noticing import clock
from noticing.accounts.pairings import end_pairing, pair, pairings_of
from noticing.accounts.people import end_role, end_sessions, grant_role, roles_held
from noticing.accounts.places import add_class
from noticing.app import create_app
from noticing.config import Config
from noticing.database import db
from noticing.migrating import migrate
from noticing.observations.clocks import times_of
from noticing.observations.projection import catch_up
from noticing.organisation_keys.keys import newest_key
from noticing.protocols.loader import latest
from school import make_school

BEGINNING = datetime(2026, 9, 1, 13, tzinfo=UTC)
HEARD = ("noticing-", "content-type", "upload-")  # the headers that a tablet looks at
PROTOCOLS = ("lesson-clarity", "selective-script", "engagement-sweep", "responses-and-feedback")


class Killed(BaseException):
    """The server process dies here: nothing after this point happens."""


class SeededIds:
    """Stands where `uuid_utils` stands in noticing.clock: ids in virtual time from one seed."""

    def __init__(self) -> None:
        self.random = random.Random(0)

    def uuid7(self) -> str:
        ms = int(clock.now().timestamp() * 1000)
        raw = ms << 80 | 7 << 76 | self.random.getrandbits(12) << 64 | 2 << 62 | self.random.getrandbits(62)
        return _dashed(raw)

    def uuid4(self) -> str:
        bits = self.random.getrandbits
        return _dashed(bits(48) << 80 | 4 << 76 | bits(12) << 64 | 2 << 62 | bits(62))


def _dashed(raw: int) -> str:
    text = f"{raw:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class SimulatedServer:
    """Answers the simulator's questions; each method whose name begins with `on_` is one."""

    def __init__(self, folder: Path) -> None:
        self.file, self.template, self.copy = (
            folder / name for name in ("noticing.db", "template.db", "yesterday.db")
        )
        self.photos, self.photo_parts = folder / "photos", folder / "photos-partial"
        self.photos_of_yesterday: set[Path] = set()
        self.ids = SeededIds()
        clock.uuid_utils = self.ids  # type: ignore[assignment]
        logging.getLogger().setLevel(logging.CRITICAL)
        settings = Config(
            data_dir=folder, database_url=f"sqlite:///{self.file}", secret_key="only for the simulator"
        )
        self.app = create_app(settings)
        self.faults: list[str] = []
        self._hear_faults()
        self.engine = self._engine()
        self.crashing = Crashing(self.engine)
        with clock.frozen(BEGINNING - timedelta(days=60)), self.app.app_context():
            migrate()
            self.school = self._make_school()
        self._close()
        gc.freeze()
        gc.set_threshold(50_000)
        with sqlite3.connect(self.file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(self.file, self.template)
        self.jars: dict[str, dict[str, str]] = {}
        self.reader: sqlite3.Connection | None = None

    def _engine(self) -> sa.Engine:
        with self.app.app_context():
            return db.engine

    def _make_school(self) -> dict[str, Any]:
        school = make_school(self.app)
        people = school.people
        grant_role(people["dana"], "coach")
        there = school.other_school_id
        class_id = add_class(
            there, people["okafor"], "5A", grade="5", subject="Science", room="3", head_count=24
        )
        pairing_id = pair(people["dana"], people["okafor"])
        here = {"class_id": school.class_id, "school_id": school.school_id, "observed_id": people["rivera"]}
        far = {"class_id": class_id, "school_id": there, "observed_id": people["okafor"]}
        places = {
            "lee": {**here, "pairing_id": school.pairing_id, "channel": "coaching"},
            "park": {**here, "pairing_id": None, "channel": "walkthrough"},
            "dana": {**far, "pairing_id": pairing_id, "channel": "coaching"},
        }
        newest_key(school.tenant_id)  # made once: a key for each schedule would cost more than the schedule
        found = [protocol for slug in PROTOCOLS if (protocol := latest(slug))]
        return {
            "tenant_id": school.tenant_id,
            "school_id": school.school_id,
            "other_school_id": there,
            "people": people,
            "places": places,
            "protocols": [{"document": each.document, "hash": each.hash} for each in found],
        }

    def answer(self, question: dict[str, Any]) -> Any:
        method = getattr(self, "on_" + question.pop("ask"))
        at = datetime.fromtimestamp(question.pop("now") / 1000, UTC)
        with clock.frozen(at):
            return method(**question)

    # Questions.

    def on_reset(self, seed: int) -> dict[str, Any]:
        self._put_in_place(self.template)
        self.copy.unlink(missing_ok=True)
        self.ids.random = random.Random(seed)
        self.jars = {}
        for folder in (*self.photos.glob("*"), *self.photo_parts.glob("*")):
            shutil.rmtree(folder)  # empty ones, left, would make each schedule slower than the last
        self.photos_of_yesterday = set()
        return self.school

    def on_serve(
        self, browser: str, method: str, path: str, headers: dict[str, str], body: str, is_text: bool,
        crash: dict[str, Any] | None,
    ) -> dict[str, Any]:  # fmt: skip
        sent = body.encode() if is_text else base64.b64decode(body)
        self.faults.clear()
        try:
            with self.crashing.armed(crash):
                status, given, text, is_dead = self._call(browser, method, path, headers, sent)
        except Killed:
            self._close()
            return {"crashed": True, "fault": None, "status": 0, "headers": {}, "text": ""}
        fault = self.faults[0] if self.faults else None
        if is_dead:
            self._close()
        return {"crashed": is_dead, "fault": fault, "status": status, "headers": given, "text": text}

    def on_sign_in(self, browser: str, person_id: str) -> None:
        sql = "SELECT session_mark FROM person WHERE person_id = ?"
        [mark] = self._read().execute(sql, (person_id.replace("-", ""),)).fetchone()
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        content = {
            "_permanent": True,
            "_user_id": f"{person_id}:{mark}",
            "_fresh": True,
            "renewed_on": clock.now().date().isoformat(),
            "csrf_token": hashlib.sha256(person_id.encode()).hexdigest(),
        }
        self.jars[browser] = {self.app.config["SESSION_COOKIE_NAME"]: serializer.dumps(content)}

    def on_sign_out(self, browser: str) -> None:
        self.jars.pop(browser, None)

    def on_back_up(self) -> None:
        copy = sqlite3.connect(self.copy)
        self._read().backup(copy)
        copy.close()
        self.photos_of_yesterday = set(self._photo_files())

    def on_restore(self) -> None:
        for file in set(self._photo_files()) - self.photos_of_yesterday:
            file.unlink()
        self._put_in_place(self.copy)
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE server_epoch SET epoch = :epoch"),
                {"epoch": clock.make_random_id().replace("-", "")},
            )
        self._close()

    def on_corrupt(self, nth: int) -> str | None:
        with contextlib.closing(sqlite3.connect(self.file)) as connection, connection:
            rows = connection.execute(
                "SELECT tenant_id, change_seq, body, body_hash FROM log_entry ORDER BY change_seq"
            ).fetchall()
            if not rows:
                return None
            tenant_id, change_seq, body, body_hash = rows[nth % len(rows)]
            place = nth % len(body)
            damaged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            connection.execute(
                "UPDATE log_entry SET body = ? WHERE tenant_id = ? AND change_seq = ?",
                (damaged, tenant_id, change_seq),
            )
        found: str = body_hash.hex()
        return found

    def on_change(self, what: str, person_id: str) -> None:
        with self.app.app_context():
            match what:
                case "end_pairing":
                    for pairing_id in pairings_of(person_id).values():
                        end_pairing(pairing_id)
                case "end_role":
                    for role, school_id in roles_held([person_id])[person_id]:
                        end_role(person_id, role, school_id)
                case "end_sessions":
                    end_sessions(person_id)
                case "revoke_streams":
                    with db.engine.begin() as connection:
                        connection.execute(
                            sa.text("UPDATE stream SET revoked_at = :at WHERE person_id = :person_id"),
                            {
                                "at": str(clock.now().replace(tzinfo=None)),
                                "person_id": person_id.replace("-", ""),
                            },
                        )
            db.session.remove()

    def on_have(self, hashes: list[str]) -> list[str]:
        found = []
        for each in hashes:
            row = self._read().execute(
                "SELECT body FROM log_entry WHERE body_hash = ?", (bytes.fromhex(each),)
            ).fetchone()  # fmt: skip
            if row and hashlib.sha256(row[0]).hexdigest() == each:
                found.append(each)
        return found

    def on_read_log(self) -> dict[str, Any]:
        with self.app.app_context():
            catch_up(self.school["tenant_id"])  # as every page does that shows a view
            db.session.remove()
        rows = self._rows(
            "SELECT stream_id, stream_seq, change_seq, entry_id, body_hash AS hash, body, set_aside_code, "
            "subject_id FROM log_entry ORDER BY change_seq"
        )
        for row in rows:
            body = row["body"]
            row["is_whole"] = hashlib.sha256(body).digest() == row["hash"]
            row["body"], row["hash"] = body.decode("utf-8", "replace"), row["hash"].hex()
        envelopes = self._rows(
            "SELECT stream_id, stream_seq, change_seq, body_hash AS hash FROM envelope ORDER BY stream_id, stream_seq"
        )
        for row in envelopes:
            row["hash"] = row["hash"].hex()
        streams = self._rows("SELECT stream_id, person_id, acknowledged_through, is_server_side FROM stream")
        views = self._read().execute("SELECT observation_id, view FROM observation_view").fetchall()
        for row in (*rows, *envelopes, *streams):
            for name in ("stream_id", "entry_id", "subject_id", "person_id"):
                if row.get(name):
                    row[name] = _dashed(int(row[name], 16))
        return {
            "bodies": rows,
            "envelopes": envelopes,
            "streams": streams,
            "views": {_dashed(int(observation_id, 16)): view for observation_id, view in views},
        }

    def on_read_photos(self) -> dict[str, Any]:
        """Those that lie there as they should and of which the database knows; and those declared lost."""
        known = {row["sha256"] for row in self._rows("SELECT sha256 FROM photo")}
        there = {file.name: file.read_bytes() for file in self._photo_files() if file.name in known}
        return {
            "there": {
                name: base64.b64encode(content).decode()
                for name, content in there.items()
                if hashlib.sha256(content).hexdigest() == name
            },
            "lost": [row["sha256"] for row in self._rows("SELECT sha256 FROM lost_photo")],
        }

    def _photo_files(self) -> list[Path]:
        return sorted(Path(folder, name) for folder, _, names in os.walk(self.photos) for name in names)

    def on_read_times(self, subject_ids: list[str]) -> dict[str, dict[str, Any]]:
        """entry_id -> when it happened by the server's clock, and within what error."""
        found: dict[str, dict[str, Any]] = {}
        with self.app.app_context():
            for subject_id in subject_ids:
                for entry_id, time in times_of(self.school["tenant_id"], subject_id).items():
                    found[entry_id] = {"at": time.instant_ms, "bound": time.bound_ms, "basis": time.basis}
            db.session.remove()
        return found

    def on_organisation_key(self) -> dict[str, Any]:
        with self.app.app_context():
            key = newest_key(self.school["tenant_id"])
            db.session.remove()
        return {"key_id": key.key_id, "jwk": key.jwk}

    # The ways to the app and its file.

    def _call(
        self, browser: str, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], str, bool]:
        """Status, headers, text, and whether it died when that had gone out."""
        route, _, query = path.partition("?")
        jar = self.jars.get(browser, {})
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": route,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "10.0.0.1",
            "HTTP_HOST": "localhost",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if jar:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        answered: list[Any] = []
        parts = self.app(environ, lambda status, given, _fault=None: answered.extend((status, given)))
        text = b"".join(parts)
        is_dead = False
        if hasattr(parts, "close"):
            try:
                parts.close()
            except Killed:
                is_dead = True
        for name, value in answered[1]:
            if name == "Set-Cookie":
                for cookie, morsel in SimpleCookie(value).items():
                    self.jars.setdefault(browser, {})[cookie] = morsel.value
        given = {name.lower(): value for name, value in answered[1] if name.lower().startswith(HEARD)}
        return int(answered[0].split(" ", 1)[0]), given, text.decode(), is_dead

    def _hear_faults(self) -> None:
        """What the app answers as a fault of its own it writes to its log, with the place."""
        ear = logging.Handler(logging.ERROR)
        ear.addFilter(lambda record: "is spoilt" not in record.getMessage())  # that is what the disk has done
        ear.emit = lambda record: self.faults.append(record.getMessage())  # type: ignore[method-assign]
        for name in ("noticing", "noticing.access", "noticing.journey"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self.app.logger.handlers, self.app.logger.propagate = [ear], False

    def _put_in_place(self, source: Path) -> None:
        self._close()
        for ending in ("-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copyfile(source, self.file)

    def _close(self) -> None:
        with self.app.app_context():
            db.session.remove()
        self.engine.dispose()
        if getattr(self, "reader", None) is not None:
            self.reader.close()
        self.reader = None

    def _read(self) -> sqlite3.Connection:
        """Only what is committed can be seen through it."""
        if self.reader is None:
            self.reader = sqlite3.connect(self.file, isolation_level=None)
        return self.reader

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        found = self._read().execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


class Crashing:
    """Kills the process, as far as the database can tell, at a chosen statement or commit."""

    def __init__(self, engine: sa.Engine) -> None:
        self.where, self.left, self.is_dead = "", 0, False
        self.commit = engine.dialect.do_commit
        engine.dialect.do_commit = self._do_commit  # type: ignore[method-assign]
        sa.event.listen(engine, "before_cursor_execute", self._before_statement)

    @contextlib.contextmanager
    def armed(self, crash: Mapping[str, Any] | None) -> Iterator[None]:
        if crash is not None:
            self.where, self.left, self.is_dead = crash["where"], crash["count"], False
        try:
            yield
        finally:
            self.where, self.is_dead = "", False

    def _before_statement(self, *_about: Any) -> None:
        if self.is_dead or (self.where == "statement" and self._is_time()):
            self._die()

    def _do_commit(self, connection: Any) -> None:
        if self.is_dead:
            self._die()
        is_time = self.where in ("before_commit", "after_commit") and self._is_time()
        if is_time and self.where == "before_commit":
            self._die()
        self.commit(connection)
        if is_time:
            self._die()

    def _is_time(self) -> bool:
        self.left -= 1
        return self.left == 0

    def _die(self) -> None:
        self.is_dead = True
        raise Killed
