"""Gives each push of a rescue file to the very door that it was made for, and counts what came of it; then its photos.

Before them the streams that only this file has: one that the server knows vouches for each. The signatures decide: who
brings the file needs no right, learns nothing but numbers, and can change nothing.
"""

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, fields
from typing import Any

import msgspec
from flask import Flask, Request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from noticing.database import db
from noticing.entry_log.entry import is_uuid
from noticing.entry_log.places import count_first_brought, hashes_of_stream
from noticing.problems import Problem
from noticing.rescue.photos import bring_in_photo
from noticing.rescue.saved import Saved
from noticing.sync.request_body import read_json
from noticing.sync.stream_key import find_signer
from noticing.sync.wire import Push

PATH, ENROL_PATH = "/api/v1/sync/push", "/api/v1/sync/streams"
HEADERS = ("Noticing-Stream", "Noticing-Nonce", "Noticing-Signature", "Content-Type", "Content-Encoding")
UNSIGNED = ("signature-wrong", "stream-unknown")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PUSHES = 2000
MAX_STREAMS = 20
MAX_REFUSALS = 20


class RescueFile(msgspec.Struct, frozen=True):
    noticing_rescue: int
    pushes: list[Saved]
    streams: list[Saved] = []  # enrolments, before the pushes
    photos: list[Saved] = []  # each whole, after the entries that name them
    made_at: str = ""


class NoRescueFile(Exception):
    """It cannot be read as one."""


class NotNow(Exception):
    """The door is busy or has no room: the same file may be taken later."""


@dataclass
class Counts:
    """Entries, by what became of them. `set_aside` of those that are new; `unreadable` counts a push that nothing
    can be read of as one; `differing`: the server has other content under that number, so the tablet must send it.
    `not_now`: the server was busy or full. `photos_refused`: changed on the way, signed by nobody, or no room."""

    taken: int = 0
    already_there: int = 0
    set_aside: int = 0
    unreadable: int = 0
    differing: int = 0
    not_now: int = 0
    photos_taken: int = 0
    photos_already_there: int = 0
    photos_refused: int = 0

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
    counts = Counts()
    refused = sum(not _bring_in_stream(app, saved, base_url) for saved in found.streams[:MAX_STREAMS])
    counts.unreadable += refused
    saved_all = [(saved, False) for saved in found.pushes] + [(saved, True) for saved in found.photos]
    for place, (saved, is_photo) in enumerate(saved_all):
        if place >= MAX_PUSHES or refused >= MAX_REFUSALS:
            counts.add(_unseen(is_photo))
            continue
        came = _bring_in_photo(saved) if is_photo else _bring_in_one(app, saved, base_url)
        refused += came is None
        counts.add(came or _unseen(is_photo))
    return counts


def _unseen(is_photo: bool) -> Counts:
    return Counts(photos_refused=1) if is_photo else Counts(unreadable=1)


def _bring_in_photo(saved: Saved) -> Counts | None:
    """None for what nobody signed."""
    try:
        is_new = bring_in_photo(saved)
    except Problem as problem:
        return None if problem.code in UNSIGNED else Counts(photos_refused=1)
    finally:
        db.session.rollback()
    return Counts(photos_taken=1) if is_new else Counts(photos_already_there=1)


def _bring_in_stream(app: Flask, saved: Saved, base_url: str) -> bool:
    """Whether the server knows that stream now. The same again is fine."""
    body, headers = saved.content(), saved.said(HEADERS)
    if body is None or saved.path != ENROL_PATH or not _is_signed(ENROL_PATH, headers, body):
        return False
    try:
        answer = _ask(app, ENROL_PATH, body, headers, base_url)
    except NotNow:  # then its pushes are signed by nobody that is known, and say so
        return False
    db.session.rollback()  # look again: the door worked in a session of its own
    return answer is not None


def _bring_in_one(app: Flask, saved: Saved, base_url: str) -> Counts | None:
    """None for what nobody signed: it is not even unzipped."""
    body, headers = saved.content(), saved.said(HEADERS)
    if body is None or saved.path != PATH or not _is_signed(PATH, headers, body):
        return None
    said = _read_push(body, headers)
    brought = _count_brought(said)
    try:
        answer = _ask(app, PATH, body, headers, base_url)
    except NotNow:
        return Counts(not_now=max(1, said.count() if said else 0))
    if said is None or answer is None:
        return Counts(unreadable=max(1, said.count() if said else 0))
    db.session.rollback()  # look again: the door worked in a session of its own
    news = _count_brought(said) - brought
    return _count(said, answer, news, len(_hashes(said)) - news)


def _is_signed(path: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        find_signer("POST", path, headers, body)
    except Problem:
        return False
    return True


def _count(said: Push, answer: Mapping[str, Any], taken: int, already_there: int) -> Counts:
    unsealable = len(answer.get("unsealable", []))
    if answer["fork"] is not None:
        return Counts(differing=said.count())
    return Counts(
        taken=taken,
        already_there=already_there,
        set_aside=len(answer["set_aside"]),
        unreadable=max(unsealable, said.count() - taken - already_there),
    )


def _ask(
    app: Flask, path: str, body: bytes, headers: Mapping[str, str], base_url: str
) -> dict[str, Any] | None:
    """The answer of the door; None where it is a Problem. In a context of its own, as any other request has.

    Raises NotNow.
    """
    environ = EnvironBuilder(
        path, base_url, method="POST", headers=list(headers.items()), data=body
    ).get_environ()
    chunks, status, _headers = Context().run(run_wsgi_app, app.wsgi_app, environ, buffered=True)
    if status[:4] in ("429 ", "503 ", "507 "):
        raise NotNow
    if status[:4] not in ("200 ", "201 "):
        return None
    answer: dict[str, Any] = msgspec.json.decode(b"".join(chunks))
    return answer


def _read_push(body: bytes, headers: Mapping[str, str]) -> Push | None:
    environ = EnvironBuilder(PATH, method="POST", headers=list(headers.items()), data=body).get_environ()
    try:
        return read_json(Request(environ), Push)
    except Problem:
        return None


def _count_brought(said: Push | None) -> int:
    if said is None or not is_uuid(said.stream_id) or not said.count():
        return 0
    last = said.from_seq + said.count() - 1
    return count_first_brought(db.session(), said.stream_id, said.from_seq, last)


def _hashes(said: Push | None) -> Mapping[int, bytes]:
    if said is None or not is_uuid(said.stream_id) or not said.count():
        return {}
    return hashes_of_stream(db.session(), said.stream_id, said.from_seq, said.from_seq + said.count() - 1)
