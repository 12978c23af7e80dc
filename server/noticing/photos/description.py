"""What the OpenAPI document says of the photos' doors."""

from collections.abc import Iterable, Mapping
from typing import Any

from noticing.photos.upload import MAX_CHUNK_BYTES, MAX_PHOTO_BYTES
from noticing.problems import CATALOGUE

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer", "minimum": 0, "maximum": MAX_PHOTO_BYTES}
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


BRING: dict[str, Any] = {
    "summary": "HEAD: how far a photo has come in this stream. PATCH: its next part, on the disk when answered",
    "security": _SIGNED,
    "parameters": [
        _header("Noticing-Nonce", _TEXT, "Random; echoed; part of what is signed."),
        _header("Upload-Offset", _NUMBER, "PATCH: where the part begins; what has come so far."),
        _header("Upload-Length", _NUMBER, "PATCH: the size of the whole photo."),
        {
            "name": "stream_id",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "format": "uuid"},
            "description": "Which stream, where a session asks; a signature names its own.",
        },
    ],
    "requestBody": {
        "required": False,
        "description": f"PATCH: at most {MAX_CHUNK_BYTES} bytes.",
        "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "responses": {
        "200": {"description": "HEAD: where it stands", "headers": _STANDING},
        "204": {"description": "PATCH: where it stands now", "headers": _STANDING},
        **_problems(
            (
                "sign-in-needed",
                "csrf-missing",
                "signature-wrong",
                "stream-unknown",
                "not-found",
                "not-understood",
                "too-large",
                "photo-too-large",
                "upload-offset-wrong",
                "photo-differs",
                "photo-not-kept",
                "server-fault",
                "database-away",
            )
        ),
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
        **_problems(("not-found", "server-fault", "database-away")),
    },
}
