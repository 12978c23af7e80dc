"""Every error that a client can meet: a permanent code, a status, and a sentence to act on.

Codes are never renamed or reused: tablets in drawers know them. Sentences carry no values from the
request, so that an error can show nobody what he may not see.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Kind:
    status: int
    title: Any
    sentence: Any


CATALOGUE: dict[str, Kind] = {
    "sign-in-needed": Kind(
        401,
        _l("Please sign in"),
        _l("Sign in to go on. What is on this tablet stays there until it is sent."),
    ),
    "signature-wrong": Kind(
        401,
        _l("This device could not be recognised"),
        _l(
            "The signature does not belong to this stream. Sign in and enrol the device again; nothing is lost."
        ),
    ),
    "csrf-missing": Kind(
        400,
        _l("This page is too old"),
        _l("The form had no valid token. Open the page again and repeat the step."),
    ),
    "not-found": Kind(
        404, _l("Nothing here"), _l("There is nothing at this address, or it is not shared with you.")
    ),
    "not-allowed-here": Kind(
        403,
        _l("Not for this account"),
        _l("Your roles do not include this. Ask your administrator if they should."),
    ),
    "host-unknown": Kind(
        421,
        _l("Not by this name"),
        _l("This server does not know that name as its own. Who runs it sets NOTICING_URL to its address."),
    ),
    "method-not-allowed": Kind(
        405, _l("Not like this"), _l("This address does not answer that kind of request.")
    ),
    "too-large": Kind(
        413, _l("Too much at once"), _l("The request is larger than 4 MB, or a rescue file than 20 MB.")
    ),
    "too-many-entries": Kind(
        413, _l("Too much at once"), _l("A push holds at most 1,000 entries. Send it in smaller parts.")
    ),
    "wrong-content-type": Kind(
        415, _l("Unknown form of content"), _l("Send JSON with the content type application/json.")
    ),
    "not-understood": Kind(
        400,
        _l("This could not be read"),
        _l("The request is not in a form that the server knows. Nothing changed."),
    ),
    "not-json": Kind(
        400,
        _l("This could not be read"),
        _l("The request is not valid JSON. Nothing was recorded or changed by it."),
    ),
    "wrong-shape": Kind(
        422,
        _l("This could not be understood"),
        _l("The JSON lacks a field or has one of another type. Nothing was recorded or changed by it."),
    ),
    "stream-unknown": Kind(
        404, _l("This device is not enrolled"), _l("Enrol the stream first; its entries wait on the device.")
    ),
    "other-person": Kind(
        409,
        _l("Somebody else is signed in"),
        _l("This browser is signed in as another person. Sign in with the account whose tablet this is."),
    ),
    "stream-taken": Kind(
        409,
        _l("This stream is in use"),
        _l("The stream belongs to another key or account. Start a new stream."),
    ),
    "seal-unknown": Kind(
        422,
        _l("The server cannot open this"),
        _l(
            "The entries were sealed to a key that this server does not have. Sign in on the tablet: it then sends "
            "them unsealed. Nothing is lost."
        ),
    ),
    "stream-quota": Kind(
        429,
        _l("This device was taken out of use"),
        _l(
            "It has sent as much as the server keeps of such a device. Ask your administrator; nothing is lost."
        ),
    ),
    "too-much-to-verify": Kind(
        413,
        _l("Too much at once"),
        _l("Compare at most 100 ranges, 10,000 entries and 50 photos at once. Ask in smaller parts."),
    ),
    "upload-offset-wrong": Kind(
        409,
        _l("Not from there"),
        _l("Another part of this photo has come already. Go on from the Upload-Offset of this answer."),
    ),
    "photo-differs": Kind(
        422,
        _l("This is another photo"),
        _l("What came does not have the hash that was announced. It was dropped; send the photo again."),
    ),
    "photo-too-large": Kind(
        413,
        _l("Too much at once"),
        _l("A photo has at most 10 MB and is sent in parts of at most 256 KB."),
    ),
    "photo-not-kept": Kind(
        503,
        _l("The photo could not be kept"),
        _l("The server has no room for photos just now. It stays on the tablet, which tries again."),
    ),
    "restored-not-checked": Kind(
        503,
        _l("Not open yet"),
        _l(
            "The server was restored from a backup, and your administrator has not checked yet who may read what. "
            "Go on observing; tablets keep and deliver everything."
        ),
    ),
    "too-many-tries": Kind(429, _l("Too many tries"), _l("Wait a minute, then try again.")),
    "link-used": Kind(
        410,
        _l("This link has been used"),
        _l("The link was used or is too old. Ask your administrator for a new one."),
    ),
    "server-fault": Kind(
        500,
        _l("A fault on our side"),
        _l("The server could not do this. Nothing you sent before is lost; try again."),
    ),
    "database-away": Kind(
        503,
        _l("The database does not answer"),
        _l("The server cannot reach its database. Try again in a minute."),
    ),
    "no-room": Kind(
        507,
        _l("The server's disk is full"),
        _l("Nothing of this was kept. Tablets keep all they have and try again; tell your administrator."),
    ),
    "busy": Kind(
        503,
        _l("Many tablets at once"),
        _l("The server is taking in what others send. The tablet tries again in a moment; nothing is lost."),
    ),
    "protocol-broken": Kind(
        503,
        _l("A protocol has an error"),
        _l(
            "A protocol file has an error, so the server goes on without it. Correct what is named here, or "
            "install the program again, and restart. Entries made with it are kept and count then."
        ),
    ),
    "app-not-built": Kind(
        503, _l("The tablet app is not built"), _l("Build it once: python3 dev.py run does this by itself.")
    ),
    "pdf-engine-missing": Kind(
        503,
        _l("No PDF just now"),
        _l("The server lacks the Pango library. The notes page shows the same content."),
    ),
}


class Problem(Exception):
    """Raised anywhere; shown as application/problem+json (RFC 9457) or as a page."""

    def __init__(self, code: str, *, errors: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.kind = CATALOGUE[code]
        self.errors = errors

    def as_json(self) -> dict[str, Any]:
        body = {
            "type": f"urn:noticing:problem:{self.code}",
            "code": self.code,
            "status": self.kind.status,
            "title": str(self.kind.title),
            "detail": str(self.kind.sentence),
        }
        return body | ({"errors": self.errors} if self.errors else {})
