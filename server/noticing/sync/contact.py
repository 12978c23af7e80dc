"""Notes that a device was heard though it brought nothing: what the administrator's page of devices tells."""

import threading
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from noticing.clock import now
from noticing.database import writing
from noticing.entry_log.streams import note_contact
from noticing.problems import Problem
from noticing.sync.stream_key import signing_stream
from noticing.sync.turns import turn

NOT_AGAIN_WITHIN = timedelta(minutes=1)
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)


def hear_signer() -> None:
    """Where it cannot be noted now (others write, the disk is full), the next contact is as good."""
    stream, at = signing_stream(), now()
    if stream is None or (stream.last_contact_at and at - stream.last_contact_at < NOT_AGAIN_WITHIN):
        return
    noting = writing(stream.tenant_id, is_patient=False)  # the device waits for its answer
    with suppress(Problem, sa.exc.DBAPIError), turn(_ONE_AT_A_TIME), noting as session:
        note_contact(session, stream.stream_id, at)
