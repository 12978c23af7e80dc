"""The words around the evidence: every sentence that page and PDF say about notes, through the catalogue."""

from collections import Counter
from datetime import date, timedelta
from math import ceil, floor

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal
from flask_babel import get_locale, gettext, ngettext

from noticing.feedback import charts
from noticing.feedback.charts import Chart, Row
from noticing.feedback.context import Line, Notes

_ = gettext
TIMES_MAX = 6


def describe(line: Line) -> str:
    """What was seen or heard, plainly, without an adjective."""
    values, prompt = line.values, line.prompt
    match line.kind:
        case "item.not_seen":
            return _("Looked for, not seen: %(prompt)s", prompt=prompt)
        case "sweep.taken":
            return describe_sweep(values["n"], values["of"], values["unit"], prompt)
        case "script.written":
            return quote(values["text"], values["speaker"])
        case "answer.given":
            return _("%(prompt)s: %(answer)s", prompt=prompt, answer=name_answer(values["answer"]))
    label = values.get("label")
    return _("%(prompt)s: %(answer)s", prompt=prompt, answer=label) if label else prompt


def name_photo(line: Line) -> str:
    """The words that stand for a photo where it cannot be seen."""
    return str(line.values.get("label") or _("Photo: %(prompt)s", prompt=line.prompt))


def describe_sweep(n: int | None, of: int | None, unit: str | None, prompt: str) -> str:
    """Where the look-for's own words begin with what is counted: "18 of 22 students with the task"."""
    if unit and prompt.lower().startswith(unit.lower()):
        return _("%(n)s of %(of)s %(what)s", n=n, of=of, what=unit + prompt[len(unit) :])
    found = _("%(n)s of %(of)s %(what)s", n=n, of=of, what=unit or _("students"))
    return _("%(prompt)s: %(answer)s", prompt=prompt, answer=found)


def quote(text: str, speaker: str | None) -> str:
    """What was heard, in quotation marks and with who said it; the observer's own note stands bare."""
    match speaker:
        case "T":
            return _("Teacher: “%(text)s”", text=text)
        case "S":
            return _("Student: “%(text)s”", text=text)
    return text


def name_answer(value: str | None) -> str:
    """In words, of "yes", "no" and "na"; anything else as it is."""
    return {"yes": _("yes"), "no": _("no"), "na": _("does not apply here")}.get(value or "", str(value))


def name_purpose(channel: str) -> str:
    """The label at the head of the notes: what they are for, and what not."""
    if channel == "walkthrough":
        return _("Walkthrough for learning, not evaluation")
    return _("Coaching, not evaluation")


def name_title(notes: Notes) -> str:
    """The document's own name, as tab, bookmark and PDF title show it."""
    return _(
        "Classroom visit notes, %(teacher)s, %(day)s", teacher=notes.teacher, day=write_day(notes.visited_on)
    )


def name_heading(notes: Notes) -> str:
    """Above the notes, where the teacher need not be told who she is."""
    return _("Classroom visit notes, %(what)s", what=notes.class_label)


def name_hours(notes: Notes) -> str:
    """From when to when, by the clock on the wall; only the beginning of a visit that has no end."""
    started = write_time(notes.started)
    return f"{started}–{write_time(notes.ended)}" if notes.ended else started


def name_clock(notes: Notes) -> str | None:
    """By which clock the times are told, where it is not the tablet's."""
    if not notes.clock_ahead_minutes:
        return None
    away = name_away(notes.clock_ahead_minutes)
    if notes.clock_ahead_minutes > 0:
        return _(
            "The tablet's clock was %(away)s ahead in this visit. The times here are corrected.", away=away
        )
    return _("The tablet's clock was %(away)s behind in this visit. The times here are corrected.", away=away)


def name_bound(bound_ms: int) -> str:
    """How far a time can be off, rounded up: "± 3 s"."""
    if bound_ms <= 90_000:
        return _("± %(n)s s", n=ceil(bound_ms / 1_000))
    if bound_ms <= 90 * 60_000:
        return _("± %(n)s min", n=ceil(bound_ms / 60_000))
    return _("± %(n)s h", n=ceil(bound_ms / 3_600_000))


def name_away(minutes: int) -> str:
    """Such as "7 minutes" or "3 days"."""
    return format_timedelta(timedelta(minutes=abs(minutes)), threshold=1.5, locale=get_locale())


def name_readers(notes: Notes) -> str:
    """Who can open the notes."""
    people = ", ".join(name for name in (notes.teacher, notes.observer) if name)
    return _("Visible to: %(people)s.", people=people)


def name_protocol(notes: Notes) -> str:
    """Without the third number: a correction of wording is no news to a teacher."""
    number = ".".join(notes.protocol_version.split(".")[:2])
    return f"{notes.protocol_title}\u00a0{number}".strip()


def name_version(notes: Notes) -> str:
    """Which of the notes of this visit these are, and which they replace."""
    if notes.is_reissued:
        return _(
            "v%(version)s, replaces v%(replaced)s", version=notes.version, replaced=notes.replaced_version
        )
    return _("v%(version)s", version=notes.version)


def name_footer(notes: Notes) -> str:
    """Who sees this, since when, and what it is not for."""
    shared = _("Shared %(day)s.", day=write_short_day(notes.shared_on))
    promise = _("Not part of any evaluation file.")
    return f"{name_readers(notes)} {shared} {promise}"


def cut_words(text: str, most: int) -> str:
    """For paper: what is longer than `most` characters is cut between words, and ends with where the rest stands."""
    if len(text) <= most:
        return text
    return _("%(text)s… (more on the web page)", text=text[:most].rsplit(" ", 1)[0].rstrip())


def name_link() -> str:
    """The words of the link from the PDF to the page."""
    return _("Read these notes as a web page and reply there")


def page_words() -> tuple[str, str]:
    """What stands before the page's number and between it and the number of pages."""
    before, _number, rest = _("Page %(page)s of %(pages)s", page="\0", pages="\0").partition("\0")
    return before, rest.partition("\0")[0]


def sum_up(chart: Chart) -> str:
    """The chart in one sentence: its numbers."""
    if chart.kind == "line":
        return _sum_up_sweeps(chart)
    if chart.kind == "timeline":
        return _sum_up_times(chart)
    if len(chart.rows) == 1 and chart.rows[0].label == chart.title:
        return f"{show_value(chart.rows[0])}."
    told = (_("%(prompt)s: %(answer)s", prompt=row.label, answer=show_value(row)) for row in chart.rows)
    return f"{'; '.join(told)}."


def _sum_up_sweeps(chart: Chart) -> str:
    n, of = sum(row.n or 0 for row in chart.rows), sum(row.of or 0 for row in chart.rows)
    return ngettext(
        "%(n)s of %(of)s in %(num)s sweep: %(percent)s\u00a0%%.",
        "%(n)s of %(of)s in %(num)s sweeps together: %(percent)s\u00a0%%.",
        len(chart.rows),
        n=n,
        of=of,
        percent=round_half_up(100 * n / of) if of else 0,
    )


def _sum_up_times(chart: Chart) -> str:
    if len(chart.rows) == 1:
        row = chart.rows[0]
        return _("%(prompt)s: %(answer)s", prompt=row.label, answer=list_times(row)) + "."
    return _(
        "Looked for between %(started)s and %(ended)s; each stands with the times at which it was seen, "
        "the first one first.",
        started=write_time(chart.started),
        ended=write_time(chart.ended),
    )


def list_times(row: Row) -> str:
    """When a look-for was seen; many times are counted instead of listed."""
    if not row.times:
        return _("looked for, not seen") if row.is_looked_for else ""
    often = Counter(map(write_time, row.times))
    if len(row.times) > TIMES_MAX and len(often) > 1:
        first, *_between, last = often
        return _("%(num)s times, %(first)s to %(last)s", num=len(row.times), first=first, last=last)
    return ", ".join(
        _("%(time)s (%(num)s times)", time=time, num=num) if num > 1 else time for time, num in often.items()
    )


def show_value(row: Row) -> str:
    """The number of a row with its unit, or why there is none."""
    if row.unit == "time":
        return write_time(row.times[0]) if row.times else list_times(row)
    match row.unit:
        case charts.UNSETTLED:
            return _("two answers stand")
        case charts.NOT_APPLICABLE:
            return name_answer("na")
        case "part":
            return _("%(n)s of %(of)s", n=row.n, of=row.of)
        case "ratio":
            return _("%(n)s to %(of)s", n=row.n, of=row.of)
        case "percent":
            return _("%(number)s\u00a0%%", number=round_half_up(row.value or 0))
        case "per_minute":
            rate = round_half_up(10 * (row.value or 0)) / 10
            return _("%(number)s a minute", number=format_decimal(rate, "0.0", locale=_locale()))
    return f"{row.value:g}"


def round_half_up(number: float) -> int:
    """As the app does, and people."""
    return floor(number + 0.5)


def write_time(time: str) -> str:
    """Such as "9:05 am" of "9:05": a time of day is not to be taken for minutes and seconds."""
    hour, _colon, minute = time.partition(":")
    if not minute:
        return time
    parts = {"hour12": int(hour) % 12 or 12, "hour": hour, "minute": minute}
    if int(hour) < 12:
        return _("%(hour12)s:%(minute)s am", **parts)
    return _("%(hour12)s:%(minute)s pm", **parts)


def write_number(number: int) -> str:
    """With the separators of the language."""
    return format_decimal(number, locale=_locale())


def write_day(day: date | None) -> str:
    """Such as "12 November 2026"; the order of the parts is the translator's."""
    return _format(day, _("d MMMM y"))


def write_long_day(day: date | None) -> str:
    """Such as "Thursday 12 November 2026". Like all of these "" where there is no day."""
    return _format(day, _("EEEE d MMMM y"))


def write_weekday(day: date | None) -> str:
    """Such as "Thursday 12 November"."""
    return _format(day, _("EEEE d MMMM"))


def write_short_day(day: date | None) -> str:
    """Such as "12 Nov 2026"."""
    return _format(day, _("d MMM y"))


def _format(day: date | None, pattern: str) -> str:
    return format_date(day, pattern, locale=_locale()) if day else ""


def _locale() -> Locale:
    return get_locale() or Locale("en")
