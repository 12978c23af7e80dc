"""What a protocol's charts show of one visit: plain numbers and places between 0 and 1, no drawing. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from noticing.observations.instants import instant_of

CHARTS_MAX = 3
ROWS_MAX = 12
PARTS = ("part", "percent")  # of a whole: the bar's full length is all of it
UNSETTLED, NOT_APPLICABLE = "unsettled", "not_applicable"  # recorded, and yet without a number


@dataclass(frozen=True)
class Row:
    """A bar, a lane of marks or a point; what `value` counts is its `unit`."""

    label: str
    value: float | None = None
    # count, per_minute, percent, part (n of), ratio (n to of), time; or why there is no number
    unit: str = "count"
    share: float = 0.0  # of the longest bar, or of the whole
    n: int | None = None
    of: int | None = None
    times: tuple[str, ...] = ()
    at: tuple[float, ...] = ()  # where its times lie between start and end
    is_looked_for: bool = False  # looked for, and not seen

    @property
    def is_part(self) -> bool:
        return self.unit in PARTS

    @property
    def has_data(self) -> bool:
        """Nought is a number like others."""
        is_known = self.value is not None or self.n is not None
        return is_known or bool(self.times) or self.is_looked_for or self.unit in (UNSETTLED, NOT_APPLICABLE)


@dataclass(frozen=True)
class Chart:
    kind: str  # bars, line, timeline
    title: str
    rows: tuple[Row, ...]
    started: str = ""
    ended: str = ""

    @property
    def has_data(self) -> bool:
        return any(row.has_data for row in self.rows)


def draw_charts(
    view: Mapping[str, Any], document: Mapping[str, Any] | None, measures: Sequence[Mapping[str, Any]]
) -> tuple[Chart, ...]:
    """The charts of the protocol, at most three."""
    if document is None:
        return ()
    items = {item["key"]: item for section in document["sections"] for item in section["items"]}
    measured = {one["key"]: one for one in measures}
    return tuple(_draw(asked, view, items, measured) for asked in document["charts"][:CHARTS_MAX])


def find_unrecorded(
    view: Mapping[str, Any], document: Mapping[str, Any] | None, measures: Sequence[Mapping[str, Any]]
) -> Iterable[str]:
    """What the charts would tell of, had anything been recorded for it: the look-fors' own words."""
    prompts = (
        {item["key"]: item["prompt"] for part in document["sections"] for item in part["items"]}
        if document
        else {}
    )
    measured = {one["key"]: one for one in measures}
    for asked in document["charts"][:CHARTS_MAX] if document else ():
        drawn = (measured[key] for key in asked.get("measures", ()))
        missed = (key for one in drawn if one["reason"] == "nothing_recorded" for key in one["of"])
        yield from (prompts[key] for key in (*asked.get("items", ()), *missed) if key not in view["items"])


def clock_of(occurred_at: str) -> str:
    return f"{int(occurred_at[11:13])}:{occurred_at[14:16]}"


def _draw(
    asked: Mapping[str, Any], view: Mapping[str, Any], items: Mapping[str, Any], measured: Mapping[str, Any]
) -> Chart:
    keys, axis = asked.get("items", ()), Axis.of(view)
    if asked["kind"] == "timeline":
        lanes = [
            axis.lane(items[key]["prompt"], _times_of(key, view), view["items"].get(key)) for key in keys
        ]
        return Chart("timeline", asked["title"], _fit(lanes), axis.started, axis.ended)
    if asked["kind"] == "line":
        sweeps = [axis.point(sweep) for key in keys for sweep in view["items"].get(key, {}).get("sweeps", ())]
        return Chart("line", asked["title"], tuple(sweeps), axis.started, axis.ended)
    rows = [Row(items[key]["prompt"], _count_of(view["items"].get(key))) for key in keys]
    rows += [row for key in asked.get("measures", ()) for row in _rows_of(measured[key])]
    return Chart("bars", asked["title"], tuple(_scale(_fit([row for row in rows if row.has_data]))))


def _fit(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Two pages hold only so many rows: what nothing was recorded for goes first."""
    if len(rows) > ROWS_MAX:
        rows = [row for row in rows if row.has_data]
    return tuple(rows[:ROWS_MAX])


@dataclass(frozen=True)
class Axis:
    """The time of the visit, from left to right."""

    first_ms: int
    last_ms: int
    started: str
    ended: str

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> "Axis":
        times = [view["started_at"], view["ended_at"], *(line["occurred_at"] for line in view["timeline"])]
        known = sorted((time for time in times if time), key=instant_of)
        return cls(instant_of(known[0]), instant_of(known[-1]), clock_of(known[0]), clock_of(known[-1]))

    def place(self, occurred_at: str) -> float:
        length = self.last_ms - self.first_ms
        return round((instant_of(occurred_at) - self.first_ms) / length, 4) if length else 0.0

    def lane(self, label: str, times: Sequence[str], item: Mapping[str, Any] | None) -> Row:
        places = tuple(self.place(time) for time in times)
        looked_for = bool(item and item.get("not_seen"))
        return Row(label, times=tuple(map(clock_of, times)), at=places, is_looked_for=looked_for)

    def point(self, sweep: Mapping[str, Any]) -> Row:
        n, of, time = sweep["n"], sweep["of"], sweep["occurred_at"]
        share = n / of if of else 0.0
        return Row(
            clock_of(time), 100 * share, "part", share, n, of, times=(clock_of(time),), at=(self.place(time),)
        )


def _times_of(key: str, view: Mapping[str, Any]) -> list[str]:
    """The times at which something was recorded; "looked for, not seen" is no mark."""
    lines = (line for line in view["timeline"] if line["item_key"] == key and line["kind"] != "item.not_seen")
    return [line["occurred_at"] for line in lines]


def _count_of(item: Mapping[str, Any] | None) -> float | None:
    """How often: a check's marks, a tally's count, a script's lines, a register's answers, photos."""
    if item is None:
        return None
    found = (item[name] for name in ("seen", "count", "lines") if name in item)
    return next(found, len(item.get("sweeps") or item.get("versions") or item.get("photos") or ()))


def _rows_of(measure: Mapping[str, Any]) -> Iterable[Row]:
    label, value, unit = measure["label"], measure["value"], measure["unit"]
    if value is None:
        yield _row_without_value(measure)
        return
    detail = measure["detail"]
    match measure["rule"]:
        case "count_by_code":
            yield from (Row(code["label"], code["count"]) for code in detail["by_code"])
        case "count_by_tag":  # nobody looked for a tag, so that none of it says nothing
            yield from (Row(code["label"], code["count"]) for code in detail["by_code"] if code["count"])
        case "share":
            yield Row(label, value, "part", n=detail["hits"], of=measure["n"])
        case "ratio":
            first, second = detail["counts"]
            yield Row(label, value, "ratio", n=first, of=second)
        case "first_seen":
            yield Row(label, None, "time", times=(clock_of(value),))
        case _:
            yield Row(label, value, unit)


def _row_without_value(measure: Mapping[str, Any]) -> Row:
    """What there is where there is no number; without data where nothing was recorded."""
    label, unit = measure["label"], measure["unit"]
    match measure["reason"]:
        case "not_seen":
            return Row(label, None, unit, is_looked_for=True)
        case "not_finished":  # then there is no rate, but a count
            return Row(label, measure["n"])
        case "nothing_to_divide_by":
            first, second = measure["detail"]["counts"]
            return Row(label, None, unit, n=first, of=second)
        case "unsettled" | "not_applicable" as why:
            return Row(label, None, why)
    return Row(label, None, unit)


def _scale(rows: Sequence[Row]) -> Iterable[Row]:
    longest = max((row.value or 0 for row in rows if not row.is_part), default=0)
    for row in rows:
        full = 100 if row.is_part else longest
        yield replace(row, share=round(min(1.0, (row.value or 0) / full), 4) if full else 0.0)
