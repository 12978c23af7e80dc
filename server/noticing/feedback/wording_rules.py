"""What a coach's own sentences may not, or had better not, say. Pure; quotations are never judged.

The same lists and the same answers as on the tablet (pwa/src/review/wording); tests/wire/wording.json
holds both to it. Errors keep feedback from being shared, warnings only ask to look again.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

STEP_LINES = ("text", "try_when", "see_hear", "students_will", "rehearsal")
LISTS = Path(__file__).parent / "wording"


def N_(sentence: str) -> str:  # noqa: N802 - the name by which Babel finds sentences that are translated later
    return sentence


ERRORS = {
    "strength-missing": N_("Name one strength before you share."),
    "evidence-missing": N_("Name the evidence for each strength: when did you see it?"),
    "word-not-for-coaching": N_("A word here judges the teacher. Coaching notes say what was seen."),
    "step-too-long": N_("The step has more than 25 words. One short sentence is tried sooner."),
    "step-more-than-one": N_("There is more than one step. Choose the one to try first."),
}
WARNINGS = {
    "word-to-rethink": N_("A word here judges more than it tells. What did you see or hear?"),
    "two-verbs": N_("This may be two steps in one."),
    "given-name": N_("This looks like a name. Students are never named in notes."),
    "step-missing": N_("There is no step yet."),
}


@dataclass(frozen=True)
class Finding:
    code: str
    severity: str  # "error" or "warning"
    field: str  # "strengths.0", "step.text", "questions.1"
    text: str = ""


class Phrase(NamedTuple):
    text: str
    at: int


@dataclass(frozen=True)
class WordLists:
    step_words_max: int
    errors: Mapping[str, Sequence[str]]
    warnings: Sequence[str]
    joining_words: frozenset[str]
    step_verbs: frozenset[str]
    capitals_allowed: frozenset[str]


@cache
def read_lists(locale: str = "en") -> WordLists:
    """The lists of a language; English where there is none."""
    language = re.split("[-_]", locale)[0]
    file = LISTS / f"{language}.json"
    found = json.loads((file if file.exists() else LISTS / "en.json").read_text(encoding="utf-8"))
    return WordLists(
        step_words_max=found["step_words_max"],
        errors=found["errors"],
        warnings=found["warnings"],
        joining_words=frozenset(found["joining_words"]),
        step_verbs=frozenset(found["step_verbs"]),
        capitals_allowed=frozenset(found["capitals_allowed"]),
    )


def check_share(payload: Mapping[str, Any], channel: str, locale: str = "en") -> list[tuple[str, str]]:
    """Why this feedback may not be shared: each code once, with its sentence's key in the catalogue."""
    errors = [one.code for one in find_wording(payload, channel, (), locale) if one.severity == "error"]
    return [(code, ERRORS[code]) for code in dict.fromkeys(errors)]


def find_wording(
    feedback: Mapping[str, Any], channel: str, staff_names: Sequence[str], locale: str = "en"
) -> list[Finding]:
    """Every finding, in the order strengths, step, questions."""
    lists, staff = read_lists(locale), _words_of_names(staff_names)
    step = feedback.get("step") or {}
    found = list(_find_in_strengths(feedback.get("strengths") or [], channel, staff, lists))
    found += _find_in_step(step.get("text") or "", lists)
    for line in STEP_LINES:
        found += _find_in_sentence(f"step.{line}", step.get(line) or "", channel, staff, lists)
    for at, question in enumerate(feedback.get("questions") or []):
        found += _find_in_sentence(f"questions.{at}", question, channel, staff, lists)
    return found


def _find_in_strengths(
    strengths: Sequence[Mapping[str, Any]], channel: str, staff: frozenset[str], lists: WordLists
) -> Iterator[Finding]:
    written = [(at, one) for at, one in enumerate(strengths) if str(one.get("text") or "").strip()]
    if not written:
        yield Finding("strength-missing", "error", "strengths")
    for at, one in written:
        if not one.get("evidence"):
            yield Finding("evidence-missing", "error", f"strengths.{at}")
        yield from _find_in_sentence(f"strengths.{at}", str(one["text"]), channel, staff, lists)


def _find_in_step(text: str, lists: WordLists) -> Iterator[Finding]:
    field = "step.text"
    if not text.strip():
        yield Finding("step-missing", "warning", field)
        return
    words = count_words(text)
    if words > lists.step_words_max:
        yield Finding("step-too-long", "error", field, str(words))
    if len([line for line in text.split("\n") if line.strip()]) > 1:
        yield Finding("step-more-than-one", "error", field)
    joined = _two_verbs(without_quotations(text), lists)
    if joined:
        yield Finding("two-verbs", "warning", field, joined)


def _find_in_sentence(
    field: str, text: str, channel: str, staff: frozenset[str], lists: WordLists
) -> Iterator[Finding]:
    own = without_quotations(text)
    errors = _phrases_in(own, lists.errors.get(channel, ()))
    warnings = _phrases_in(own, lists.warnings)
    for one in errors:
        yield Finding("word-not-for-coaching", "error", field, one.text)
    for one in warnings:
        yield Finding("word-to-rethink", "warning", field, one.text)
    for one in [*errors, *warnings]:  # a capital in these is no name
        own = own[: one.at] + "x" * len(one.text) + own[one.at + len(one.text) :]
    for name in _likely_names(own, staff, lists):
        yield Finding("given-name", "warning", field, name)


def without_quotations(text: str) -> str:
    """As long as the text; what stands between quotation marks becomes blanks."""
    return re.sub(r"“[^”]*”|\"[^\"]*\"|«[^»]*»", lambda found: " " * len(found[0]), text)


def count_words(text: str) -> int:
    return sum(1 for word in text.split() if re.search(r"[^\W_]", word))


def _words_of(text: str) -> list[str]:
    return re.findall(r"(?:[^\W_]|['’-])+", text)


def _words_of_names(names: Sequence[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in _words_of(name))


def _phrases_in(text: str, phrases: Sequence[str]) -> list[Phrase]:
    found = [
        Phrase(match[0], match.start()) for phrase in phrases for match in _pattern_of(phrase).finditer(text)
    ]
    return sorted(found, key=lambda one: one.at)


@cache
def _pattern_of(phrase: str) -> re.Pattern[str]:
    inside = r"\s+".join(re.escape(word) for word in phrase.split(" "))
    return re.compile(rf"(?<![^\W_]){inside}(?![^\W_])", re.IGNORECASE)


def _two_verbs(text: str, lists: WordLists) -> str | None:
    words = _words_of(text)
    lower = [word.lower() for word in words]
    for at in range(1, len(words) - 1):
        has_verb_before = not lists.step_verbs.isdisjoint(lower[:at])
        if lower[at] in lists.joining_words and has_verb_before and lower[at + 1] in lists.step_verbs:
            return f"{words[at]} {words[at + 1]}"
    return None


def _likely_names(text: str, staff: frozenset[str], lists: WordLists) -> Iterator[str]:
    """Capitals inside a sentence that no list explains: students' names are stored nowhere to be looked up."""
    for match in re.finditer(r"(?:[^\W_]|[,;:)])(?=\s+([^\W\d_]{2}(?:[^\W\d_]|['’-])*))", text):
        word = re.sub("['’]s$", "", match[1])
        is_capitalised = word[0].isupper() and word[1:2].islower()
        if is_capitalised and word not in lists.capitals_allowed and word not in staff:
            yield word
