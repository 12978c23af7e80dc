"""Reads what a device sends: bounded, unzipped, decoded. What cannot be read becomes a Problem."""

import re
import zlib
from typing import TypeVar

import msgspec
from flask import Request

from noticing.problems import Problem

MAX_UNZIPPED_BYTES = 8 * 1024 * 1024
_GZIP = 31  # zlib's window bits for a gzip header and trailer
_PLACE = re.compile(r"at `\$\.?([^`]*)`")
T = TypeVar("T")


def read_json(request: Request, shape: type[T]) -> T:
    """The request's JSON as `shape`. Raises Problem: wrong-content-type, too-large, not-json, wrong-shape."""
    if request.mimetype != "application/json":
        raise Problem("wrong-content-type")
    sent = read_bytes(request)
    match request.headers.get("Content-Encoding", "identity").strip().lower():
        case "gzip":
            return decode(_unzip(sent), shape)
        case "identity":
            return decode(sent, shape)
        case _:
            raise Problem("wrong-content-type")


def read_bytes(request: Request) -> bytes:
    """The body as it was sent. One that says no length is cut off at the limit, without a word: that is too large."""
    sent = request.get_data(cache=True)
    limit = request.max_content_length
    if limit is not None and len(sent) >= limit:
        raise Problem("too-large")
    return sent


def decode(text: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.ValidationError as error:
        found = _PLACE.search(str(error))
        # The place only: a message of msgspec's can quote what was sent.
        raise Problem("wrong-shape", errors={(found and found[1]) or "json": ["wrong-shape"]}) from error
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Problem("not-json") from error


def _unzip(sent: bytes) -> bytes:
    unzip = zlib.decompressobj(wbits=_GZIP)
    try:
        text = unzip.decompress(sent, MAX_UNZIPPED_BYTES + 1)
    except zlib.error as error:
        raise Problem("not-json") from error
    if len(text) > MAX_UNZIPPED_BYTES:
        raise Problem("too-large")
    if not unzip.eof or unzip.unused_data:
        raise Problem("not-json")
    return text
