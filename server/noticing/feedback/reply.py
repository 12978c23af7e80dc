"""The teacher's answer to her notes: an entry like any other, from the server-side stream of hers."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from noticing.accounts.policy import Actor
from noticing.clock import now
from noticing.entry_log.entry import is_uuid
from noticing.feedback.sentences import write_number
from noticing.sync.server_stream import PageDraft, append_from_page

REPLY_MAX = 4000  # characters; fits an entry in any script


def tidy_reply(text: str) -> str:
    """Without blanks around it and without signs that cannot be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", lines).strip()


def find_fault(text: str) -> str | None:
    """Why this text cannot be sent, as a sentence for her who wrote it."""
    if not text:
        return _("Write a line before you send it.")
    if len(text) > REPLY_MAX:
        count, most = write_number(len(text)), write_number(REPLY_MAX)
        return _(
            "This is %(count)s characters long; %(most)s fit. Nothing was sent yet.", count=count, most=most
        )
    return None


def send_reply(
    actor: Actor, view: Mapping[str, Any], feedback_entry_id: str, text: str, entry_id: str = ""
) -> None:
    """Append the reply to one version of the notes, with the time on the school's clock.

    `entry_id` is that of the form: sent twice, the same words are the same entry.
    """
    zone = datetime.fromisoformat(view["started_at"]).tzinfo
    draft = PageDraft(
        subject_id=view["observation_id"],
        kind="feedback.replied",
        item_key=None,
        payload={"feedback_entry_id": feedback_entry_id, "text": text},
        occurred_at=now().astimezone(zone).isoformat(timespec="milliseconds"),
        entry_id=entry_id if is_uuid(entry_id) else None,
    )
    append_from_page(actor, [draft])
