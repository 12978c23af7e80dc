"""Entries for the fold's tests: one by one in words, or a whole visit from a seed."""

import json
import random
from typing import Any

OBSERVER, TEACHER, STRANGER = "observer", "teacher", "stranger"
Entry = dict[str, Any]


def entry(
    entry_id: str, kind: str, payload: dict[str, Any] | None = None, *, item: str | None = None, **other: Any
) -> Entry:
    """The id's number is its minute after nine: `e07` happened at 9:07."""
    minute = int("".join(filter(str.isdigit, entry_id)) or 0)
    at = other.pop("at", f"2026-11-12T09:{minute % 60:02}:00.000-05:00")
    made = {
        "entry_id": entry_id,
        "author_id": OBSERVER,
        "subject_id": "visit",
        "kind": kind,
        "item_key": item,
        "payload": payload or {},
        "replaces": [],
        "occurred_at": at,
        "entered_at": at,
        "elapsed_ms": minute * 60_000,
        "clock_session_id": "page",
        "salt": entry_id,
    }
    return made | other


def start(**other: Any) -> Entry:
    return entry("e00", "observation.started", {"observed_id": TEACHER, "class_id": "class", **other})


SHAPES: dict[str, tuple[str | None, list[dict[str, Any]]]] = {
    "item.marked": ("look", [{}]),
    "item.not_seen": ("look", [{}]),
    "rating.given": ("level", [{"level": 1}, {"level": 2}]),
    "count.added": ("tally", [{"code": None}, {"code": "calm"}, {"code": "other"}]),
    "sweep.taken": ("sweep", [{"n": 18, "of": 22}, {"n": 5, "of": 4}, {"n": 0, "of": 9}]),
    "script.written": ("said", [{"text": "Why?", "speaker": "T"}, {"text": "¿Por qué? 🌱", "speaker": "S"}]),
    "tags.chosen": ("tags", [{"codes": ["a"]}, {"codes": ["a", "b"]}, {"codes": "a"}]),
    "answer.given": ("answer", [{"value": "yes"}, {"value": "na"}]),
    "value.given": ("choice", [{"value": "launch"}, {"value": "close"}, {}]),
    "photo.intended": ("shots", [{}]),
    "photo.taken": (
        "shots",
        [
            {"sha256": "ab" * 32, "alt": "Two drawings", "names_covered": True},
            {"sha256": "cd" * 32, "names_covered": False},
            {"sha256": 7, "alt": "none"},
        ],
    ),
    "unheard.of": ("look", [{"what": 1}]),
    "observation.corrected": (
        None,
        [{"class_id": "class 2"}, {"students_present": 21}, {"observed_id": "t2"}],
    ),
    "feedback.replied": (None, [{"feedback_entry_id": "e05", "text": "Thanks"}, {}]),
}


def visit_from(seed: int, size: int = 14) -> list[Entry]:
    """Any entries in any relation, of which some are nonsense: the fold has to tell the same story of all."""
    chance = random.Random(seed)
    made = [] if chance.random() < 0.04 else [start(students_present=chance.choice([None, 22]))]
    while len(made) < size:
        made.append(_any_entry(f"e{len(made) + 1:02}", made, chance))
    return made


def _any_entry(entry_id: str, earlier: list[Entry], chance: random.Random) -> Entry:
    evidence = [one["entry_id"] for one in earlier if one["item_key"] is not None]
    others = [one["entry_id"] for one in earlier if one["item_key"] is None]
    kind, item, payload = _any_content(chance.choice([evidence[:2], evidence, others]) or ["e99"], chance)
    same = [one["entry_id"] for one in earlier if one["kind"] == kind or kind == "observation.corrected"]
    minute = chance.randrange(12)
    at = f"2026-11-12T{9 + chance.randrange(2):02}:{minute:02}:00.{chance.randrange(2)}00-0{chance.choice('56')}:00"
    return entry(
        entry_id,
        kind,
        payload,
        item=item,
        at=at,
        entered_at=chance.choice([at, "2026-11-12T12:00:00.000-05:00", "yesterday"]),
        author_id=chance.choices(
            [OBSERVER, TEACHER, STRANGER], [25, 2 + 40 * (kind == "feedback.replied"), 1]
        )[0],
        replaces=chance.sample(same, min(len(same), chance.choice([0, 1, 1, 2]))),
        elapsed_ms=minute * 60_000,
        clock_session_id=chance.choice(["page", "page", "other page"]),
    )


def _any_content(ids: list[str], chance: random.Random) -> tuple[str, str | None, dict[str, Any]]:
    target = chance.choice(ids)
    revisions: list[tuple[str, str | None, dict[str, Any]]] = [
        ("entry.retracted", None, {"entry_id": target, "reason": "undo"}),
        ("entry.amended", None, {"entry_id": target, "payload": {"n": 3, "of": 4.0, "code": "calm"}}),
        ("entry.amended", None, {"entry_id": target, "payload": None}),
        ("entry.tagged", None, {"entry_id": target, "tags": chance.sample(["why", "how", "who"], 2)}),
        ("draft.written", chance.choice(["step", "questions"]), {"value": {"text": "Try"}}),
        ("observation.finished", None, {"covers": [{"clock_session_id": "page", "through_ms": 300_000}]}),
        ("feedback.shared", None, {"version": chance.choice([1, 2]), "evidence": [target]}),
    ]
    if chance.random() < 0.5:
        return chance.choice(revisions)
    kind = chance.choice([*SHAPES, *["rating.given", "value.given"] * 3])
    item, payloads = SHAPES[kind]
    if item and chance.random() < 0.1:
        item = chance.choice(["look", "unknown", None])
    return kind, item, chance.choice(payloads)


def _line(entry_id: str = "e03", **other: Any) -> Entry:
    return entry(entry_id, "script.written", {"text": "Why?", "speaker": "T"}, item="said", **other)


def _level(entry_id: str, level: int, *replaces: str) -> Entry:
    return entry(entry_id, "rating.given", {"level": level}, item="level", replaces=list(replaces))


def _corrected(entry_id: str, replaces: list[str], **fields: Any) -> Entry:
    return entry(entry_id, "observation.corrected", fields, replaces=replaces)


def _sweep(entry_id: str, n: Any, of: Any) -> Entry:
    return entry(entry_id, "sweep.taken", {"n": n, "of": of}, item="sweep")


def _undo(entry_id: str, of: str) -> Entry:
    return entry(entry_id, "entry.retracted", {"entry_id": of, "reason": "undo"})


def _tagged(entry_id: str, of: str, *tags: str) -> Entry:
    return entry(entry_id, "entry.tagged", {"entry_id": of, "tags": list(tags)})


def _photo(entry_id: str, sha256: str, alt: str) -> Entry:
    payload = {"sha256": sha256, "alt": alt, "names_covered": True}
    return entry(entry_id, "photo.taken", payload, item="shots")


AT_FIVE, AT_SEVEN = "2026-11-12T09:05:00.000-05:00", "2026-11-12T09:07:00.000-05:00"
NAMED: dict[str, list[Entry]] = {
    "a value in the middle was undone": [
        _level("e03", 1),
        _level("e04", 2, "e03"),
        _level("e05", 3, "e04"),
        _undo("e06", "e04"),
    ],
    "the last value was undone": [_level("e03", 1), _level("e04", 2, "e03"), _undo("e05", "e04")],
    "values that replace each other": [_level("e03", 1, "e04"), _level("e04", 2, "e03")],
    "an undone line has no quarrel about its tags": [
        _line(),
        _tagged("e04", "e03", "why"),
        _tagged("e05", "e03", "how"),
        _undo("e06", "e03"),
    ],
    "tags of two versions": [_line(), _tagged("e04", "e03", "why", "how"), _tagged("e05", "e03", "how")],
    "a correction that knew of another by a third": [
        _corrected("e01", ["e00"], class_id="a"),
        _corrected("e02", ["e00", "e01"], students_present=21),
        _corrected("e03", ["e02"], class_id="b"),
    ],
    "sweeps that cannot be": [
        _sweep("e03", 1.5, 4),
        _sweep("e04", 1, 2**60),
        _sweep("e05", True, 4),
        _sweep("e06", -1, 4),
        _sweep("e07", 3.0, 4),
    ],
    "one id, two contents": [_line(salt="b"), _line(salt="a", elapsed_ms=7), _line(salt="c", item_key=None)],
    "entered two minutes later, and a millisecond more": [
        _line("e03", at=AT_FIVE, entered_at=AT_SEVEN),
        _line("e04", at=AT_FIVE, entered_at=AT_SEVEN.replace(".000", ".001")),
    ],
    "late, but cited": [
        _line(clock_session_id="drawer"),
        entry("e04", "observation.finished", {"covers": []}),
        entry("e05", "feedback.shared", {"version": 1, "strengths": [{"text": "x", "evidence": ["e03"]}]}),
    ],
    "late, and said to be known": [
        _line(clock_session_id="drawer"),
        entry(
            "e05",
            "feedback.shared",
            {"version": 1, "covers": [{"clock_session_id": "drawer", "through_ms": 180_000}]},
        ),
    ],
    "photos, one of them intended only, one cropped later, one taken back": [
        entry("e03", "photo.intended", item="shots"),
        _photo("e04", "ab" * 32, "The board"),
        _photo("e05", "cd" * 32, "A sample of work"),
        entry(
            "e06",
            "entry.amended",
            {"entry_id": "e05", "payload": {"sha256": "ef" * 32, "alt": "Cropped", "names_covered": True}},
        ),
        _photo("e07", "01" * 32, "By mistake"),
        _undo("e08", "e07"),
    ],
    "a photo that was only intended": [entry("e03", "photo.intended", item="shots")],
    "in the very millisecond of the finish": [
        _line(),
        entry(
            "e04", "observation.finished", {"covers": [{"clock_session_id": "page", "through_ms": 180_000}]}
        ),
    ],
}


def protocol_of_all_types() -> dict[str, Any]:
    types = {
        "look": "check",
        "level": "rating",
        "tally": "tally",
        "sweep": "sweep",
        "said": "script",
        "tags": "tags",
        "answer": "yesno",
        "choice": "choice",
        "shots": "photo",
    }
    items = [{"key": key, "type": item_type} for key, item_type in types.items()]
    return {"sections": [{"key": "all", "items": items}]}


if __name__ == "__main__":  # PYTHONPATH=server python tests/visits.py > tests/wire/fold-cases.json
    from noticing.observations.fold import fold

    document = protocol_of_all_types()
    told = {f"seed {seed}": (visit_from(seed), seed % 5 != 0) for seed in range(60)}
    told |= {name: ([start(), *entries], True) for name, entries in NAMED.items()}
    lines = []
    for name, (entries, has_protocol) in told.items():
        view = fold(entries, document if has_protocol else None)
        case = {"name": name, "has_protocol": has_protocol, "entries": entries, "view": view}
        lines.append(json.dumps(case, ensure_ascii=False, separators=(",", ":")))
    joined = ",\n".join(lines)
    print(f'{{"protocol":{json.dumps(document)},\n"cases":[\n{joined}\n]}}')
