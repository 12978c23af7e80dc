"""From an observation's view to what the teacher's page and PDF show. Pure, and without a sentence of its own:
`sentences.py` words what is here, so that page and PDF say the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from noticing.feedback.charts import Chart, draw_charts, find_unrecorded
from noticing.observations.shapes import object_of, text_of, texts_of, whole_of

View = Mapping[str, Any]
LINES_MAX = 12
STRENGTHS_MAX = 2


@dataclass(frozen=True)
class Item:
    """What the protocol says about one look-for; where it says nothing, its key stands for its prompt."""

    key: str
    prompt: str
    unit: str | None
    options: Mapping[str, str]
    descriptors: Mapping[int, str]

    def label_of(self, code: Any) -> str:
        return self.options.get(code, str(code)) if isinstance(code, str) else str(code)


@dataclass(frozen=True)
class Line:
    """One picked line of evidence. `values` are what the sentence of its `kind` needs."""

    entry_id: str
    kind: str
    time: str
    prompt: str
    values: Mapping[str, Any]
    is_added_later: bool
    original: "Line | None"  # as it was first written, where it was corrected


@dataclass(frozen=True)
class Cite:
    entry_id: str
    time: str
    is_listed: bool  # among the lines, so that the time can be a link


@dataclass(frozen=True)
class Strength:
    text: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True)
class Step:
    text: str
    try_when: str
    see_hear: str
    students_will: str
    rehearsal: str
    look_again_on: date | None


@dataclass(frozen=True)
class Reply:
    text: str
    on: date | None
    time: str


@dataclass(frozen=True)
class Notes:
    """Everything that the teacher gets from one version of the feedback on one visit."""

    observation_id: str
    feedback_entry_id: str
    channel: str
    teacher: str
    observer: str
    class_label: str
    visited_on: date | None
    started: str
    ended: str | None
    protocol_title: str
    protocol_version: str
    agreed: tuple[str, ...]
    strengths: tuple[Strength, ...]
    lines: tuple[Line, ...]
    taken_back: int  # picked lines that their author retracted later
    unrecorded: tuple[str, ...]  # look-fors that nothing was recorded for: agreed, or of a chart
    charts: tuple[Chart, ...]
    step: Step | None
    questions: tuple[str, ...]
    version: int
    replaced_version: int | None
    shared_on: date | None
    has_new_evidence: bool
    replies: tuple[Reply, ...]
    clock_ahead_minutes: int = 0  # the tablet's clock was so wrong that the times here are corrected
    photos: tuple[str, ...] = ()  # the lines (entry_id) whose photo both people may see
    is_blank: bool = False  # nothing at all was recorded

    @property
    def is_reissued(self) -> bool:
        return self.replaced_version is not None and self.replaced_version != self.version

    @property
    def short_hash(self) -> str:
        """Eight signs that differ when the notes differ; the reply is the teacher's and stands outside."""
        return self.digest.hex()[:8]

    @property
    def digest(self) -> bytes:
        told = replace(self, replies=(), has_new_evidence=False)
        untold = ("clock_ahead_minutes", "is_blank")
        parts = {name: part for name, part in asdict(told).items() if name not in untold}
        if not self.photos:
            del parts["photos"]  # what was said before there were photos keeps its hash
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).digest()


def make_notes(
    view: View,
    document: Mapping[str, Any] | None,
    names: Mapping[str, str],
    class_label: str,
    measures: Sequence[Mapping[str, Any]],
) -> Notes:
    """The newest version of the feedback. `view` must be of a shared observation.

    `document` is the protocol's JSON (None: not known here), `names` person_id -> display name, `measures`
    what `observations.measures.measures_of` found.
    """
    feedback, context = view["feedback"][-1], view["context"]
    items = items_of(document)
    lines, taken_back = _pick_lines(view, texts_of(feedback.get("evidence")), items)
    versions = [whole_of(one.get("version")) or 1 for one in view["feedback"]]
    agreed = texts_of(context.get("agreed_items"))
    charts = draw_charts(view, document, measures)
    missed = [item_of(key, items).prompt for key in agreed if key not in view["items"]]
    undrawn = find_unrecorded(view, document, measures) if view["items"] else ()
    return Notes(
        observation_id=view["observation_id"],
        feedback_entry_id=feedback["entry_id"],
        channel=text_of(context.get("channel")) or "coaching",
        teacher=names.get(context.get("observed_id") or "", ""),
        observer=names.get(view.get("observer_id") or "", ""),
        class_label=class_label,
        visited_on=day_of(view.get("started_at")),
        started=time_of(view.get("started_at")) or "",
        ended=time_of(view.get("ended_at")),
        protocol_title=_title_of(feedback, document),
        protocol_version=text_of(context.get("protocol_version")) or "",
        agreed=tuple(item_of(key, items).prompt for key in agreed),
        strengths=tuple(_strengths_of(feedback, view, {line.entry_id for line in lines})),
        lines=lines,
        taken_back=taken_back,
        unrecorded=tuple(dict.fromkeys([*missed, *undrawn])),
        charts=tuple(chart for chart in charts if chart.has_data),
        step=_step_of(object_of(feedback.get("step")) or {}),
        questions=tuple(text.strip() for text in texts_of(feedback.get("questions")) if text.strip()),
        version=versions[-1],
        replaced_version=versions[-2] if len(versions) > 1 else None,
        shared_on=day_of(feedback.get("occurred_at")),
        has_new_evidence=bool(view.get("has_new_evidence_since_feedback")),
        replies=tuple(
            Reply(one["text"], day_of(one["occurred_at"]), time_of(one["occurred_at"]) or "")
            for one in view.get("replies", ())
        ),
        is_blank=not view["items"],
    )


def items_of(document: Mapping[str, Any] | None) -> dict[str, Item]:
    sections = document["sections"] if document else ()
    return {
        item["key"]: Item(
            key=item["key"],
            prompt=item["prompt"],
            unit=item.get("unit"),
            options={option["code"]: option["label"] for option in item.get("options", ())},
            descriptors={level["level"]: level["descriptor"] for level in item.get("levels", ())},
        )
        for section in sections
        for item in section["items"]
    }


def item_of(key: str | None, items: Mapping[str, Item]) -> Item:
    known = items.get(key or "")
    return known or Item(key or "", (key or "").replace("_", " ").capitalize(), None, {}, {})


def time_of(occurred_at: Any) -> str | None:
    """Such as "9:05": the hour on the tablet's own clock, never converted."""
    text = text_of(occurred_at)
    return f"{int(text[11:13])}:{text[14:16]}" if text and len(text) >= 16 else None


def day_of(occurred_at: Any) -> date | None:
    """The day on the tablet's own clock, of a time or of a plain day."""
    try:
        return date.fromisoformat((text_of(occurred_at) or "")[:10])
    except ValueError:
        return None


def _pick_lines(view: View, picked: Sequence[str], items: Mapping[str, Item]) -> tuple[tuple[Line, ...], int]:
    wanted = set(picked[:LINES_MAX])
    lines = tuple(_line_of(line, items) for line in view["timeline"] if line["entry_id"] in wanted)
    return lines, len(wanted) - len(lines)


def _line_of(line: Mapping[str, Any], items: Mapping[str, Item]) -> Line:
    item = item_of(line["item_key"], items)
    now = Line(
        entry_id=line["entry_id"],
        kind=line["kind"],
        time=time_of(line["occurred_at"]) or "",
        prompt=item.prompt,
        values=_values_of(line["kind"], line["payload"], item),
        is_added_later=bool(line["is_added_later"] or line["is_late"]),
        original=None,
    )
    before = object_of(line["original_payload"])
    if not line["amended"] or before is None:
        return now
    return replace(now, original=replace(now, values=_values_of(line["kind"], before, item)))


def _values_of(kind: str, payload: Mapping[str, Any], item: Item) -> dict[str, Any]:
    """What the sentence of this kind tells. A rating tells what was seen, never its level."""
    match kind:
        case "sweep.taken":
            n, of = whole_of(payload.get("n")), whole_of(payload.get("of"))
            return {"n": n, "of": of, "unit": item.unit}
        case "script.written":
            return {"text": text_of(payload.get("text")) or "", "speaker": payload.get("speaker")}
        case "photo.taken":
            return {"label": text_of(payload.get("alt")) or None}
        case "count.added":
            code = payload.get("code")
            return {"label": item.label_of(code) if code is not None else None}
        case "rating.given":
            return {"label": item.descriptors.get(whole_of(payload.get("level")) or 0)}
        case "tags.chosen":
            labels = [item.label_of(code) for code in texts_of(payload.get("codes"))]
            return {"label": ", ".join(labels) or None}
        case "answer.given":
            return {"answer": payload.get("value")}
        case "value.given":
            return {"label": item.label_of(payload.get("value"))}
    return {}


def _strengths_of(feedback: Mapping[str, Any], view: View, listed: set[str]) -> Iterable[Strength]:
    written = feedback.get("strengths")
    for one in (written if isinstance(written, list) else [])[:STRENGTHS_MAX]:
        strength = object_of(one) or {}
        text = (text_of(strength.get("text")) or "").strip()
        if text:
            yield Strength(text, _cites_of(set(texts_of(strength.get("evidence"))), view, listed))


def _cites_of(evidence: set[str], view: View, listed: set[str]) -> tuple[Cite, ...]:
    """One for each minute, in the timeline's order; of two in one minute the one that is a line."""
    cites: dict[str, Cite] = {}
    for line in view["timeline"]:
        entry_id, time = line["entry_id"], time_of(line["occurred_at"]) or ""
        if entry_id in evidence and (time not in cites or not cites[time].is_listed):
            cites[time] = Cite(entry_id, time, entry_id in listed)
    return tuple(cites.values())


def _step_of(step: Mapping[str, Any]) -> Step | None:
    lines = {name: (text_of(step.get(name)) or "").strip() for name in Step.__annotations__}
    if not lines["text"]:
        return None
    return Step(**{**lines, "look_again_on": day_of(step.get("look_again_on"))})  # type: ignore[arg-type]


def _title_of(feedback: Mapping[str, Any], document: Mapping[str, Any] | None) -> str:
    """As it was when the feedback was shared."""
    return text_of(feedback.get("protocol_title")) or (document["title"] if document else "")
