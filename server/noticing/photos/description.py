"""What the OpenAPI document says of the photos' doors."""

from collections.abc import Iterable, Mapping
from typing import Any

from noticing.photos.sealed import OVERHEAD_BYTES
from noticing.photos.upload import MAX_CHUNK_BYTES, MAX_PHOTO_BYTES
from noticing.problems import CATALOGUE

_TEXT, _NUMBER = (
    {"type": "string"},
    {"type": "integer", "minimum": 0, "maximum": MAX_PHOTO_BYTES + OVERHEAD_BYTES},
)
_STANDING = {
    "Upload-Offset": {"schema": _NUMBER, "description": "How many bytes have come."},
    "Upload-Length": {"schema": _NUMBER, "description": "How many there are, once that is known."},
    "Noticing-Photo": {"schema": {"enum": ["complete", "partial", "none"]}},
}
_SIGNED: list[dict[str, list[str]]] = [
    {"stream": [], "signature": [], "nonce": []},
    {"session": [], "csrf": []},
]


def _header(name: str, schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": text}


def _problems(codes: Iterable[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": "Problem: " + ", ".join(found), "content": shape}
        for status, found in sorted(by_status.items())
    }


def _pages(codes: Iterable[str]) -> dict[str, Any]:
    """Outside /api a Problem is a page."""
    page = {"text/html": {"schema": {"type": "string"}}}
    described = _problems(codes)
    return {status: said | {"content": page} for status, said in described.items()}


_NONCE = _header("Noticing-Nonce", _TEXT, "Random; echoed; part of what is signed.")
_SEAL = [
    _header("Noticing-Key-Id", _TEXT, "Where it comes sealed: to which organisation key its profile key is."),
    _header("Noticing-Sealed-Key", _TEXT, "That profile key, sealed; base64."),
]
_STREAM = {
    "name": "stream_id",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "Which stream, where a session asks; a signature names its own.",
}
_ANY = ("not-understood", "host-unknown", "server-fault", "database-away")
_DEVICE = ("sign-in-needed", "signature-wrong", "stream-unknown", "not-found", "photo-not-kept", *_ANY)

LOOK: dict[str, Any] = {
    "summary": "How far a photo has come in this stream",
    "security": [_SIGNED[0], {"session": []}],
    "parameters": [_NONCE, *_SEAL, _STREAM],
    "responses": {
        "200": {"description": "Where it stands", "headers": _STANDING},
        # What answers HEAD has no body; the code is in that of any other request.
        **{
            status: {"description": said["description"]}
            for status, said in _problems((*_DEVICE, "seal-unknown")).items()
        },
    },
}
BRING: dict[str, Any] = {
    "summary": "The next part of a photo; on the disk when it is answered",
    "security": _SIGNED,
    "parameters": [
        _NONCE,
        _header("Upload-Offset", _NUMBER, "Where the part begins: what has come so far."),
        _header("Upload-Length", _NUMBER, "The size of the whole photo, as it comes."),
        *_SEAL,
        _header("Noticing-Sealed-Entry", _TEXT, "The entry that names it, under the same key; base64."),
        _STREAM,
    ],
    "requestBody": {
        "required": True,
        "description": f"At most {MAX_CHUNK_BYTES} bytes.",
        "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "responses": {
        "204": {"description": "Where it stands now", "headers": _STANDING},
        **_problems(
            (
                *_DEVICE,
                "csrf-missing",
                "too-large",
                "photo-too-large",
                "upload-offset-wrong",
                "photo-differs",
                "seal-unknown",
                "stream-quota",
            )
        ),
    },
}
LOST: dict[str, Any] = {
    "summary": "The device can no longer read this photo",
    "security": _SIGNED,
    "parameters": [_NONCE, _STREAM],
    "responses": {
        "204": {
            "description": "Noted; or the server has it from this person after all",
            "headers": {"Noticing-Photo": {"schema": {"enum": ["lost", "complete"]}}},
        },
        **_problems((*_DEVICE, "csrf-missing", "too-large")),
    },
}
READ: dict[str, Any] = {
    "summary": "A photo as one entry shows it, to those who may read that entry",
    "security": [{"session": []}],
    "responses": {
        "200": {
            "description": "The photo",
            "content": {f"image/{form}": {} for form in ("jpeg", "png", "webp")},
        },
        "303": {"description": "Nobody is signed in: to that page", "content": {"text/html": {}}},
        **_pages(("not-found", *_ANY)),
    },
}
