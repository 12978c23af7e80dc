"""Why an entry is kept but not accepted: permanent codes, each with a sentence that its author can act on.

A set-aside entry is on the server byte for byte. Codes are never renamed or reused.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

CATALOGUE: dict[str, Any] = {
    "not-an-entry": _l(
        "This entry could not be read. It is kept as it was sent; ask your administrator to look."
    ),
    "lost-on-device": _l(
        "The tablet could no longer read this entry and has said so in its place. Enter it again if you remember it."
    ),
    "too-long": _l("This entry is longer than 32 KB. It is kept; enter the text again in shorter parts."),
    "too-deep": _l("This entry is built in a way that no app of ours builds. It is kept as it was sent."),
    "newer-entry-schema": _l(
        "A newer version of the app made this entry. It counts when the server is updated."
    ),
    "time-unreadable": _l("The time of this entry could not be read. Check the date and time of the tablet."),
    "not-your-entry": _l("This entry was made by another account. It counts when that account sends it."),
    "same-id-other-content": _l(
        "Another entry with the same number came first. Both are kept; enter it again."
    ),
    "device-revoked": _l("This device was taken out of use before the entry came. Ask your administrator."),
    "kind-unknown": _l(
        "The server does not know this kind of entry yet. It counts when the server is updated."
    ),
    "payload-wrong": _l("Something in this entry is missing or does not fit. Enter it again."),
    "observation-unknown": _l(
        "The start of this visit has not come yet. Keep the tablet on until all is sent."
    ),
    "entry-unknown": _l(
        "The entry that this one changes has not come yet. Keep the tablet on until all is sent."
    ),
    "observation-started-twice": _l(
        "This visit was started before. Both starts are kept; the first one counts."
    ),
    "not-your-observation": _l("This visit belongs to somebody else, so only its observer can add to it."),
    "not-permitted-then": _l(
        "At the time of this entry your account could not observe here. Check the tablet's date, "
        "or ask your administrator whether your role or pairing began later."
    ),
    "wrong-place": _l("The school of this visit is not the school of its class. Choose the class again."),
    "class-not-of-teacher": _l(
        "This class is not one of this teacher's. Choose the teacher and the class again."
    ),
    "protocol-unknown": _l("The server does not have this protocol yet. The entry counts when it is added."),
    "protocol-differs": _l(
        "The protocol on the tablet is not the one on the server. Ask your administrator."
    ),
    "item-unknown": _l("This protocol has no such item, so the mark cannot be shown. Enter it as a note."),
    "item-of-other-type": _l("This mark does not fit the item it was made on. Enter it again."),
    "choice-unknown": _l("This item has no such choice. Enter it again."),
    "level-unknown": _l("This item has no such level. Enter it again."),
    "sweep-over-total": _l("The sweep counts more students than are present. Enter it again."),
    "nothing-corrected": _l("The correction names nothing that it corrects. Enter it again."),
    "already-shared": _l(
        "The notes were shared before this correction came, so teacher and class stay as they are."
    ),
    "feedback-unknown": _l("The notes that this reply answers are not here yet. It counts when they come."),
    "not-judged": _l("A fault on our side: the server could not check this entry. It will be checked again."),
}

# What may yet become acceptable when the rest of the visit arrives.
WAITING = frozenset({"observation-unknown", "entry-unknown", "feedback-unknown"})

# What no later version reads otherwise: it is not looked at again.
FINAL = frozenset({"not-an-entry", "lost-on-device", "too-long", "too-deep"})

# Not handed out with its words: somebody else's, under an id that stands for another entry, or from stolen hands.
WITHOUT_WORDS = frozenset({"not-your-entry", "same-id-other-content", "device-revoked"})


def say_why(code: str, others: Mapping[str, str]) -> str:
    """The sentence of a code; `others` are those of registered checks, as keys of the catalogue."""
    if code in CATALOGUE:
        return str(CATALOGUE[code])
    return gettext(others.get(code, "The server keeps this entry, but it does not count."))
