"""What the OpenAPI document says of the doors. The shapes come from wire.py, so that they cannot differ."""

from typing import Any

import msgspec
from apispec import APISpec

from noticing.problems import CATALOGUE
from noticing.sync import wire

_SHAPES = (
    wire.Me,
    wire.Enrolment,
    wire.Enrolled,
    wire.Hello,
    wire.Push,
    wire.PushAnswer,
    wire.Chunk,
    wire.ChunkAnswer,
    wire.Verify,
    wire.Verified,
    wire.Changes,
    wire.ProblemShape,
)
_REF = "#/components/schemas/{name}"

_SESSION: dict[str, list[str]] = {"session": []}
_STREAM: dict[str, list[str]] = {"stream": [], "signature": [], "nonce": []}
_NONCE = {
    "name": "Noticing-Nonce",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 128},
    "description": "Random; the answer echoes it, which tells it from a captive portal's. Part of what is signed.",
}


def add_components(spec: APISpec) -> None:
    """Put the wire's shapes and the ways to sign a request into the document."""
    _, schemas = msgspec.json.schema_components(_SHAPES, ref_template=_REF)
    for name, schema in schemas.items():
        spec.components.schema(name, schema)
    for name, key in (("session", ("cookie", "noticing-session")), ("csrf", ("header", "X-CSRFToken"))):
        spec.components.security_scheme(name, {"type": "apiKey", "in": key[0], "name": key[1]})
    for name in ("stream", "signature", "nonce"):
        header = f"Noticing-{name.capitalize()}"
        spec.components.security_scheme(name, {"type": "apiKey", "in": "header", "name": header})


_ANY = ("not-understood", "host-unknown", "server-fault", "database-away")  # whatever is asked


def _query(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


def _json(shape: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=shape)}}}


def _describe(
    summary: str,
    answer: str,
    problems: tuple[str, ...],
    *,
    status: int = 200,
    body: str | None = None,
    security: list[Any],
    query: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in (*problems, *_ANY):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    responses: dict[str, Any] = {str(status): {"description": summary, "content": _json(answer)}}
    for number, codes in sorted(by_status.items()):
        content = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
        responses[str(number)] = {"description": "Problem: " + ", ".join(codes), "content": content}
    described = {
        "summary": summary,
        "security": security,
        "parameters": [_NONCE, *query],
        "responses": responses,
    }
    return described | ({"requestBody": {"required": True, "content": _json(body)}} if body else {})


_READING = ("too-large", "wrong-content-type", "not-json", "wrong-shape")
_UUID = {"type": "string", "format": "uuid"}

ME = _describe("Who is signed in", "Me", ("sign-in-needed", "not-allowed-here"), security=[_SESSION])
ENROL = _describe(
    "Bind a stream to the account that is signed in, or a further one to the device that signs",
    "Enrolled",
    (
        "sign-in-needed",
        "csrf-missing",
        "not-allowed-here",
        "signature-wrong",
        "stream-unknown",
        "stream-taken",
        "stream-quota",
        *_READING,
    ),
    status=201,
    body="Enrolment",
    security=[_STREAM, _SESSION | {"csrf": []}],
)
HELLO = _describe(
    "The server's time and epoch, and how far it has this stream",
    "Hello",
    ("sign-in-needed", "signature-wrong", "stream-unknown"),
    security=[_STREAM, _SESSION],
    query=(
        _query("stream_id", _UUID, "Which stream, where a session asks; a signature names its own."),
        _query(
            "receipt", {"type": "string"}, "That of the last push answer: shows an older copy of the server."
        ),
    ),
)
PUSH = _describe(
    "Deliver entries; answered when they are committed",
    "PushAnswer",
    (
        "sign-in-needed",
        "csrf-missing",
        "signature-wrong",
        "stream-unknown",
        "seal-unknown",
        "too-many-entries",
        "stream-quota",
        "busy",
        *_READING,
    ),
    body="Push",
    security=[_STREAM, _SESSION | {"csrf": []}],
)
_DEVICE = ("sign-in-needed", "csrf-missing", "signature-wrong", "stream-unknown")
CHUNK = _describe(
    "Deliver an entry that does not get through whole, in pieces; with the last one it is pushed",
    "ChunkAnswer",
    (*_DEVICE, "seal-unknown", "stream-quota", *_READING),
    body="Chunk",
    security=[_STREAM, _SESSION | {"csrf": []}],
)
VERIFY = _describe(
    "Compare what the device holds with what lies here",
    "Verified",
    (*_DEVICE, "too-much-to-verify", *_READING),
    body="Verify",
    security=[_STREAM, _SESSION | {"csrf": []}],
)
CHANGES = _describe(
    "What the person may hold offline and does not have yet",
    "Changes",
    ("sign-in-needed", "not-allowed-here", "other-person", "stream-unknown"),
    security=[_SESSION],
    query=(
        _query("after", {"type": "string"}, "The cursor of the last answer; empty begins anew."),
        _query(
            "for", _UUID, "Whose tablet asks: refused with `other-person` where somebody else is signed in."
        ),
        _query("not_from", _UUID, "A stream of the device itself: its accepted entries are left out."),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "At most so many items."),
    ),
)
