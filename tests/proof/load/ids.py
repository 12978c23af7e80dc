"""Ids that a seed makes, so that one seed tells the same day again."""

from datetime import datetime
from random import Random
from uuid import UUID

VERSION_7, VARIANT = 7 << 76, 2 << 62


def make_id_at(at: datetime, chance: Random) -> str:
    """A UUIDv7 of that time, as a tablet would have made it then."""
    milliseconds = round(at.timestamp() * 1000)
    return str(
        UUID(
            int=milliseconds << 80
            | VERSION_7
            | chance.getrandbits(12) << 64
            | VARIANT
            | chance.getrandbits(62)
        )
    )


def make_random_id(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
