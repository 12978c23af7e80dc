"""Gives each push of a rescue file to the very door that it was made for, and counts what came of it.

The signatures decide: who brings the file needs no right, learns nothing but numbers, and can change nothing.
"""

import base64
import binascii
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec
from flask import Flask, Request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from noticing.database import db
from noticing.entry_log.entry import is_uuid
from noticing.entry_log.places import hashes_of_stream
from noticing.problems import Problem
from noticing.sync.request_body import read_json
from noticing.sync.stream_key import find_signer
from noticing.sync.wire import Push

PATH = "/api/v1/sync/push"
HEADERS = ("Noticing-Stream", "Noticing-Nonce", "Noticing-Signature", "Content-Type", "Content-Encoding")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PUSHES = 2000
MAX_REFUSALS = 20


class Saved(msgspec.Struct, frozen=True):
    """One push as it would have been sent: `body` is base64."""

    path: str
    headers: dict[str, str]
    body: str


class RescueFile(msgspec.Struct, frozen=True):
    noticing_rescue: int
    pushes: list[Saved]
    made_at: str = ""


class NoRescueFile(Exception):
    """It cannot be read as one."""


@dataclass
class Counts:
    """Entries, by what became of them. `set_aside` of those that are new; `unreadable` counts a push that nothing
    can be read of as one; `differing`: the server has other content under that number, so the tablet must send it."""

    taken: int = 0
    already_there: int = 0
    set_aside: int = 0
    unreadable: int = 0
    differing: int = 0

    def add(self, other: "Counts") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def read_file(content: bytes) -> RescueFile:
    """Raises NoRescueFile."""
    try:
        found = msgspec.json.decode(content, type=RescueFile)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise NoRescueFile from None
    if found.noticing_rescue != 1:
        raise NoRescueFile
    return found


def bring_in(app: Flask, found: RescueFile, base_url: str) -> Counts:
    """Push what the file holds, in its order. `base_url`: by which name the server is addressed.

    Beyond MAX_PUSHES, or once MAX_REFUSALS were refused, the others are counted without being looked at.
    """
    counts, refused = Counts(), 0
    for place, saved in enumerate(found.pushes):
        if place == MAX_PUSHES or refused == MAX_REFUSALS:
            return replace(counts, unreadable=counts.unreadable + len(found.pushes) - place)
        came = _bring_in_one(app, saved, base_url)
        refused += came is None
        counts.add(came or Counts(unreadable=1))
    return counts


def _bring_in_one(app: Flask, saved: Saved, base_url: str) -> Counts | None:
    """None for what nobody signed: it is not even unzipped."""
    try:
        body = base64.b64decode(saved.body, validate=True)
    except (binascii.Error, ValueError):
        return None
    headers = {name: saved.headers[name] for name in HEADERS if name in saved.headers}
    if saved.path != PATH or not _is_signed(headers, body):
        return None
    said = _read_push(body, headers)
    before = _hashes(said)
    answer = _push(app, body, headers, base_url)
    if said is None or answer is None:
        return Counts(unreadable=max(1, said.count() if said else 0))
    db.session.rollback()  # look again: the door worked in a session of its own
    return _count(said, answer, len(before), _hashes(said))


def _is_signed(headers: Mapping[str, str], body: bytes) -> bool:
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        return False  # no header can hold that
    try:
        find_signer("POST", PATH, headers, body)
    except Problem:
        return False
    return True


def _count(said: Push, answer: Mapping[str, Any], before: int, after: Mapping[int, bytes]) -> Counts:
    unsealable = len(answer.get("unsealable", []))
    if answer["fork"] is not None:
        return Counts(differing=said.count())
    taken = len(after) - before
    return Counts(
        taken=taken,
        already_there=before,
        set_aside=len(answer["set_aside"]),
        unreadable=max(unsealable, said.count() - taken - before),
    )


def _push(app: Flask, body: bytes, headers: Mapping[str, str], base_url: str) -> dict[str, Any] | None:
    """The answer of the door; None where it is a Problem. In a context of its own, as any other request has."""
    environ = EnvironBuilder(
        PATH, base_url, method="POST", headers=list(headers.items()), data=body
    ).get_environ()
    chunks, status, _headers = Context().run(run_wsgi_app, app.wsgi_app, environ, buffered=True)
    if not status.startswith("200 "):
        return None
    answer: dict[str, Any] = msgspec.json.decode(b"".join(chunks))
    return answer


def _read_push(body: bytes, headers: Mapping[str, str]) -> Push | None:
    environ = EnvironBuilder(PATH, method="POST", headers=list(headers.items()), data=body).get_environ()
    try:
        return read_json(Request(environ), Push)
    except Problem:
        return None


def _hashes(said: Push | None) -> Mapping[int, bytes]:
    if said is None or not is_uuid(said.stream_id) or not said.count():
        return {}
    return hashes_of_stream(db.session(), said.stream_id, said.from_seq, said.from_seq + said.count() - 1)
