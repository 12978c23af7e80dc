"""The hash over a stream's entries 1 … n, with which device and server prove that they hold the same. Pure."""

import hashlib
from collections.abc import Iterable

NOTHING = bytes(32)


def extend_running_hash(before: bytes, body_hashes: Iterable[bytes]) -> bytes:
    """h_n = sha256(h_(n-1) + sha256(body_n)); `body_hashes` in the order of stream_seq."""
    running = before
    for body_hash in body_hashes:
        running = hashlib.sha256(running + body_hash).digest()
    return running
