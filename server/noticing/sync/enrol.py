"""Binds a stream to a person: from then on its key delivers, for ever."""

import re

import msgspec

from noticing.accounts.policy import Actor
from noticing.database import writing
from noticing.entry_log.streams import add_stream, find_stream
from noticing.problems import Problem
from noticing.sync.stream_key import is_on_curve
from noticing.sync.wire import Enrolment

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def enrol(actor: Actor, enrolment: Enrolment, signed_by: str | None = None) -> str:
    """Enrol a device of the actor; the same stream with the same key again is fine. Returns stream_id.

    `signed_by`: the enrolled stream that asks for this one, where no session does.
    """
    key: dict[str, str] = msgspec.to_builtins(enrolment.public_key)
    if not is_on_curve(enrolment.public_key):
        raise Problem("wrong-shape", errors={"public_key": ["The key is not a point of P-256."]})
    with writing(actor.tenant_id) as session:
        stream = find_stream(session, enrolment.stream_id)
        if stream is None:
            label = _UNPRINTABLE.sub(" ", enrolment.device_label).strip()
            signer = find_stream(session, signed_by) if signed_by else None
            add_stream(
                session, enrolment.stream_id, actor.tenant_id, actor.person_id, key, label, signed_by=signer
            )
        elif (stream.person_id, stream.public_key) != (actor.person_id, key):
            raise Problem("stream-taken")
    return enrolment.stream_id
