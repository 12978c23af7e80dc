"""The doors of the app: every route has a lock, and a route without one stays shut.

A lock says who may come in before the page runs. Where that depends on the thing behind the door
(`Lock.object`), the page asks with `ask()`; an answer that went out without asking becomes a fault.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, Request, Response, current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from noticing.accounts import hosts, policy
from noticing.accounts.people import actor_of
from noticing.problems import Problem

CHUNK = 256 * 1024
LONGEST_PATIENCE = 64 * 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Recognise = Callable[[Request], policy.Device | None]


@dataclass(frozen=True)
class Lock:
    """Who comes in: anyone, a signed-in person whose roles allow `action`, or a device of hers as well."""

    kind: str  # open, session, device, object
    action: str = ""
    max_bytes: int | None = None  # where more may be sent than elsewhere

    @classmethod
    def open(cls, *, max_bytes: int | None = None) -> "Lock":
        return cls("open", max_bytes=max_bytes)

    @classmethod
    def session(cls, action: str) -> "Lock":
        return cls("session", action)

    @classmethod
    def device(cls, action: str) -> "Lock":
        return cls("device", action)

    @classmethod
    def object(cls, action: str) -> "Lock":
        return cls("object", action)


def guard_doors(app: Flask, doors: Mapping[str, Lock], recognise_device: Recognise) -> None:
    """Put the locks on: default deny, the same for every route of the app.

    `recognise_device` finds the device that signed a request (None: unsigned). It may raise a Problem.
    """

    @app.before_request
    def _unlock() -> None:
        hosts.assert_known_host()
        lock = doors.get(request.endpoint or "")
        if lock and lock.max_bytes:
            request.max_content_length = lock.max_bytes
        _refuse_too_large()
        _refuse_nul(request.path, *_texts_of(request.args))
        if request.endpoint is None:
            return  # Flask answers with 404 or 405 itself
        if lock is None:
            raise Problem("not-found")
        device = recognise_device(request) if lock.kind == "device" else None
        if device is None and request.method not in SAFE_METHODS:
            _unlock_form(lock)
        if lock.kind != "open":
            _let_in(lock, device)
        _refuse_nul(*_texts_of(request.form))

    @app.after_request
    def _assert_asked(response: Response) -> Response:
        if g.get("owes_question") and response.status_code < 400 and request.method != "OPTIONS":
            current_app.logger.error("a page of %s answered without asking the policy", request.endpoint)
            return current_app.make_response(current_app.handle_user_exception(Problem("server-fault")))
        return response


def current_actor() -> policy.Actor:
    """The person who asks, with the roles that she holds now."""
    if "actor" not in g:
        if not current_user.is_authenticated:
            raise Problem("sign-in-needed")
        g.actor = actor_of(current_user.person_id)
    return cast("policy.Actor", g.actor)


def is_signed_in() -> bool:
    return "actor" in g or bool(current_user.is_authenticated)


def ask(action: str, subject: policy.Subject) -> None:
    """Go on only if the actor may do `action` on `subject`; otherwise there is nothing here."""
    g.owes_question = False
    if not policy.can(current_actor(), action, subject):
        raise Problem("not-found")


def _refuse_too_large() -> None:
    """Say so before anything else. The body is read to its end: who is still sending would hear no answer."""
    if (request.content_length or 0) <= (request.max_content_length or 0):
        return
    body, left = request.environ["wsgi.input"], LONGEST_PATIENCE
    while left > 0 and (chunk := body.read(CHUNK)):
        left -= len(chunk)
    raise Problem("too-large")


def _texts_of(sent: MultiDict[str, str]) -> list[str]:
    return [text for pair in sent.items(multi=True) for text in pair]


def _refuse_nul(*texts: str) -> None:
    """No keyboard makes the sign NUL, PostgreSQL cannot compare it, and SQLite ends a text with it."""
    if any("\0" in text for text in texts):
        raise Problem("not-understood")


def _unlock_form(lock: Lock) -> None:
    """What a browser sends by itself (its cookie) is no proof that the person meant it: ask for the token."""
    if lock.kind != "open" and not current_user.is_authenticated:
        raise Problem("sign-in-needed")
    token = request.headers.get("X-CSRFToken")
    if token is None and request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        token = request.form.get("csrf_token")
    try:
        validate_csrf(token)
    except ValidationError:
        raise Problem("csrf-missing") from None


def _let_in(lock: Lock, device: policy.Device | None) -> None:
    if device is not None:
        g.actor = actor_of(device.owner_id)
    actor = current_actor()
    if lock.kind == "object":
        g.owes_question = True
        return
    subject: policy.Subject = policy.Place(actor.tenant_id)
    if lock.kind == "device":
        subject = device or policy.Device(actor.tenant_id, actor.person_id)
    if not policy.can(actor, lock.action, subject):
        raise Problem("not-allowed-here")
