"""What lies aside, as an administrator sees it: a handle, the reason, how much and since when. Nothing else is read."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from noticing.database import db
from noticing.entry_log.listing import SetAsideLine, set_aside_lines
from noticing.sync.other_rooms import other_rooms
from noticing.sync.reprocessing import reprocess
from noticing.sync.set_aside import say_why


@dataclass(frozen=True)
class Bundle:
    """What came by one stream on one day and lies aside for one reason."""

    handle: str
    code: str
    sentence: str
    count: int
    size: int
    day: date


@dataclass(frozen=True)
class Recheck:
    """What checking again has changed."""

    before: int
    after: int

    @property
    def accepted(self) -> int:
        return max(0, self.before - self.after)


def find_bundles(tenant_id: str, key: str) -> list[Bundle]:
    """`key` keeps handles from being worked out by whoever knows the ids of streams."""
    return [
        Bundle(
            handle=make_handle(key, line),
            code=line.code,
            sentence=_say_why(line.code),
            count=line.count,
            size=line.size,
            day=line.day,
        )
        for line in set_aside_lines(db.session(), tenant_id)
    ]


def _say_why(code: str) -> str:
    """Which rule of wording somebody's notes break is between them and their author."""
    if code in other_rooms().sentences:
        return _(
            "The wording of these notes does not keep a rule of coaching notes. Their author sees which."
        )
    return say_why(code, {})


def check_again(tenant_id: str) -> Recheck:
    """By the same checks as when it came."""
    before = count_set_aside(tenant_id)
    reprocess(tenant_id)
    return Recheck(before, count_set_aside(tenant_id))


def make_handle(key: str, line: SetAsideLine) -> str:
    """Such as "K7QX-2MPA": always the same for the same bundle, and it tells nothing."""
    told = f"set-aside {line.stream_id} {line.code} {line.day}"
    digest = hmac.new(key.encode(), told.encode(), hashlib.sha256).digest()
    text = base64.b32encode(digest[:5]).decode()
    return f"{text[:4]}-{text[4:]}"


def count_set_aside(tenant_id: str) -> int:
    return sum(line.count for line in set_aside_lines(db.session(), tenant_id))
