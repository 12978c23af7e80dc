"""Notes of the protocols' own samples, without a database: they are plain data."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from noticing.feedback.context import Notes, make_notes
from noticing.observations.measures import measures_of

PROTOCOLS = Path(__file__).parents[1] / "protocols"
SLUGS = sorted(folder.name for folder in PROTOCOLS.iterdir() if (folder / "sample.view.json").exists())
URL = "https://noticing.school.test/notes/one"
STEP = {
    "text": "After each open question, wait three seconds before calling on a student.",
    "try_when": "first ten minutes, period 2",
    "see_hear": "more students finishing a thought",
    "students_will": "explain their picture to a partner",
    "rehearsal": "we read three lines aloud on Monday",
    "look_again_on": "2026-11-19",
}


def sample(slug: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """View and protocol document of a sample; where it has no feedback yet, with some."""
    folder = PROTOCOLS / slug
    view = json.loads((folder / "sample.view.json").read_text("utf-8"))
    version = view["context"]["protocol_version"]
    document = json.loads((folder / f"{version}.json").read_text("utf-8"))
    if not view["feedback"]:
        view["feedback"] = [feedback_on(view, document)]
    return view, document


def feedback_on(view: dict[str, Any], document: dict[str, Any], count: int = 12) -> dict[str, Any]:
    picked = [line["entry_id"] for line in view["timeline"]][:count]
    return {
        "entry_id": "019a3f62-5400-7d77-8d95-264c81023a02",
        "occurred_at": "2026-11-12T12:20:00.000-05:00",
        "version": 1,
        "strengths": [
            {"text": "You waited after each question; nine students answered.", "evidence": picked[:2]}
        ],
        "step": STEP,
        "questions": ["Is this what you thought was happening?", "When do we look again?"],
        "evidence": picked,
        "protocol_title": document["title"],
    }


def sample_notes(slug: str) -> Notes:
    return notes_from(*sample(slug))


def notes_from(view: dict[str, Any], document: dict[str, Any] | None, **people: str) -> Notes:
    names = {
        view["observer_id"]: people.get("observer", "Coach Lee"),
        view["context"]["observed_id"]: people.get("teacher", "Ms Rivera"),
    }
    label = people.get("class_label", "Grade 4 mathematics")
    return make_notes(view, document, names, label, measures_of(view, document) if document else ())


def full_visit() -> tuple[dict[str, Any], dict[str, Any]]:
    """As much as two pages must hold: 12 long lines, 3 charts, long names, French."""
    view, document = deepcopy(sample("lesson-clarity"))
    heard = next(line for line in view["timeline"] if line["kind"] == "script.written")
    text = "Aujourd’hui, nous allons découvrir à quel moment deux fractions représentent exactement la même quantité."
    view["timeline"] = view["timeline"] + [
        {
            **deepcopy(heard),
            "entry_id": f"019a3f62-5400-7d77-8d95-264c81023b{number:02}",
            "payload": {"text": text, "speaker": "TSO"[number % 3]},
            "occurred_at": f"2026-10-06T09:{number + 10:02}:00.000-05:00",
            "amended": False,
            "original_payload": None,
        }
        for number in range(12)
    ]
    document["charts"] = [
        *document["charts"],
        {**document["charts"][0], "title": "Encore une fois, dans l’ordre"},
    ][:3]
    view["feedback"] = [feedback_on(view, document)]
    view["feedback"][0] |= {
        "evidence": [line["entry_id"] for line in view["timeline"][-12:]],
        "strengths": [
            {"text": f"{text[:110]} Trois élèves sur trois l’ont redit.", "evidence": [heard["entry_id"]]}
            for _ in "ab"
        ],
        "questions": [
            f"Qu’est-ce que les élèves ont entendu à ce moment-là, et comment le savez-vous ? ({n})"
            for n in "123"
        ],
    }
    return view, document
