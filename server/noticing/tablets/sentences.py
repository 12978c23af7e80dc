"""The words of these pages that depend on numbers and times."""

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime, format_timedelta
from babel.units import format_unit
from flask_babel import get_locale, gettext, ngettext

from noticing.clock import now
from noticing.tablets.overview import Tablet
from noticing.tablets.set_aside import Recheck

_ = gettext
KILOBYTE = 1000


def say_ago(at: datetime | None) -> str:
    """Such as "3 minutes ago"."""
    if at is None:
        return _("never")
    return format_timedelta(at - now(), add_direction=True, threshold=1.5, locale=get_locale())


def say_exactly(at: datetime) -> str:
    return _("%(time)s UTC", time=format_datetime(at, "medium", locale=get_locale()))


def say_length(length: timedelta) -> str:
    return format_timedelta(abs(length), threshold=1.5, locale=get_locale())


def say_clock(tablet: Tablet) -> str:
    if tablet.clock_ahead is None:
        return _("not known yet")
    if not tablet.is_clock_wrong:
        return _("right")
    away = say_length(tablet.clock_ahead)
    if tablet.clock_ahead > timedelta(0):
        return _("%(away)s ahead", away=away)
    return _("%(away)s behind", away=away)


def say_size(size: int) -> str:
    unit, amount = ("byte", size) if size < KILOBYTE else ("kilobyte", round(size / KILOBYTE))
    return format_unit(amount, f"digital-{unit}", "long", locale=get_locale())


def say_day(day: date) -> str:
    return format_date(day, _("d MMMM y"), locale=get_locale())


def say_recheck(found: Recheck) -> str:
    """What came of checking again, in one sentence or two."""
    if not found.before:
        return _("Nothing lies aside, so there was nothing to check.")
    checked = ngettext(
        "%(num)s entry was checked again.", "%(num)s entries were checked again.", found.before
    )
    if not found.accepted:
        return f"{checked} " + _("All of it stays aside, for the reasons below.")
    counts = ngettext("%(num)s counts now.", "%(num)s count now.", found.accepted)
    if not found.after:
        return f"{checked} {counts} " + _("Nothing lies aside any more.")
    stays = ngettext("%(num)s stays aside.", "%(num)s stay aside.", found.after)
    return f"{checked} {counts} {stays}"
