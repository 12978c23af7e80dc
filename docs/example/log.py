"""What the device has made and fetched, in one SQLite file: on the disk before anything is sent; nothing is deleted."""

import json
import secrets
import sqlite3
import time
from contextlib import contextmanager
from hashlib import sha256

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

TABLES = """
PRAGMA journal_mode = WAL;  PRAGMA synchronous = FULL;  -- a commit is on the disk when it returns
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS streams (stream_id TEXT PRIMARY KEY, private_key TEXT, enrolled_by TEXT,
  is_enrolled INT DEFAULT 0, is_left INT DEFAULT 0, acknowledged_through INT DEFAULT 0);
CREATE TABLE IF NOT EXISTS entries (stream_id TEXT, stream_seq INT, body BLOB, hash BLOB, running_hash BLOB,
  set_aside TEXT, PRIMARY KEY (stream_id, stream_seq));
CREATE TABLE IF NOT EXISTS photos (sha256 TEXT PRIMARY KEY, content BLOB, is_there INT DEFAULT 0);
CREATE TABLE IF NOT EXISTS fetched (place TEXT PRIMARY KEY, item TEXT);
"""


class Log:
    """Of one account on this device."""

    def __init__(self, file):
        self.db = sqlite3.connect(file, isolation_level=None, timeout=30)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(TABLES)

    def rows(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    @contextmanager
    def writing(self):
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    def read(self, name):
        return next((row["value"] for row in self.rows("SELECT value FROM meta WHERE name = ?", name)), "")

    def keep(self, **values):
        for pair in values.items():
            self.rows("INSERT OR REPLACE INTO meta VALUES (?, ?)", *pair)

    def stream(self):
        """The one to append to. The first is made here, without any network."""
        with self.writing():
            if not self.rows("SELECT 1 FROM streams WHERE NOT is_left"):
                self._add_stream(None)
        return self.rows("SELECT * FROM streams WHERE NOT is_left")[0]

    def append(self, bodies, photo=None):
        """Numbers are given in the transaction that appends. When this returns, all is on the disk."""
        stream_id = self.stream()["stream_id"]
        with self.writing():
            if photo:
                self.rows("INSERT OR IGNORE INTO photos VALUES (?, ?, 0)", sha256(photo).hexdigest(), photo)
            return self._add_entries(stream_id, bodies)

    def entries(self, stream_id, after, limit=1000, through=2**53):
        wanted = "stream_id = ? AND stream_seq > ? AND stream_seq <= ? ORDER BY stream_seq LIMIT ?"
        return self.rows(f"SELECT * FROM entries WHERE {wanted}", stream_id, after, through, limit)

    def believe(self, stream_id, answer):
        """Take over the server's mark. False: its hash is not ours, so a copy of this log has used our numbers."""
        through = answer["acknowledged_through"]
        own = self.entries(stream_id, through - 1, 1) if through else [{"running_hash": bytes(32)}]
        agrees = bool(own) and own[0]["running_hash"].hex() == answer["acknowledged_hash"]
        if not agrees or answer.get("fork"):
            self._leave(stream_id, through if agrees else 0)
            return False
        # The mark may be lower than it was: the server was restored, and gets the rest again.
        moved = "UPDATE streams SET acknowledged_through = ? WHERE stream_id = ?"
        self.rows(moved, through, stream_id)
        for each in answer.get("set_aside", ()):
            told = "UPDATE entries SET set_aside = ? WHERE stream_id = ? AND stream_seq = ?"
            self.rows(told, each["code"], stream_id, each["stream_seq"])
        return True

    def _leave(self, stream_id, after):
        """The same bodies under numbers of a new stream. What the server has of them already counts once."""
        with self.writing():
            self.rows("UPDATE streams SET is_left = 1 WHERE stream_id = ?", stream_id)
            kept = self.entries(stream_id, after, -1)
            self._add_entries(self._add_stream(stream_id), [row["body"] for row in kept])

    def _add_stream(self, enrolled_by):
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        key, stream_id = ec.generate_private_key(ec.SECP256R1()).private_bytes(*form).decode(), make_id()
        added = "INSERT INTO streams (stream_id, private_key, enrolled_by) VALUES (?, ?, ?)"
        self.rows(added, stream_id, key, enrolled_by)
        return stream_id

    def _add_entries(self, stream_id, bodies):
        last = "SELECT stream_seq, running_hash FROM entries WHERE stream_id = ? ORDER BY stream_seq DESC LIMIT 1"
        seq, running = next(map(tuple, self.rows(last, stream_id)), (0, bytes(32)))
        for body in bodies:
            body_hash = sha256(body).digest()
            seq, running = seq + 1, sha256(running + body_hash).digest()
            added = stream_id, seq, body, body_hash, running
            self.rows("INSERT INTO entries VALUES (?, ?, ?, ?, ?, NULL)", *added)
        return seq

    def take_in(self, answer):
        """What `changes` handed out, and the cursor, in one transaction."""
        with self.writing():
            if answer["reset"]:
                self.rows("DELETE FROM fetched")
            for item in answer["items"]:
                names = ("room", "id", "stream_id", "stream_seq", "subject_kind", "subject_id")
                place = json.dumps([item[name] for name in names if name in item])
                self.rows("INSERT OR REPLACE INTO fetched VALUES (?, ?)", place, json.dumps(item))
            self.keep(cursor=answer["cursor"])


def make_id():
    """A UUID of version 7: milliseconds, then random bits."""
    bits = int(time.time() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62
    text = f"{bits | secrets.randbits(62):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
