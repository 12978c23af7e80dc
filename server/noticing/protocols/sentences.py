"""Turns what JSON Schema finds wrong into a sentence that an author can act on."""

from collections.abc import Callable, Iterable
from typing import Any

EXTRA = {
    "options": "`options` belong to choice, tags, tally and script",
    "levels": "`levels` belong to a rating",
    "timing": "`timing` belongs to a sweep",
    "na_allowed": "`na_allowed` belongs to a yesno",
    "unit": "`unit` belongs to a tally or a sweep",
    "code": '`code` belongs to the rule "share"',
}


def path_of(steps: Iterable[str | int]) -> str:
    """`sections[0].items[2].prompt`, or "the top" for no steps."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.lstrip(".") or "the top"


def sentence_of(error: Any) -> str:
    """`error` is a jsonschema ValidationError. The path, what is wrong, what to do."""
    return f"{path_of(error.absolute_path)}: {_wrong_of(error)}"


def _wrong_of(error: Any) -> str:
    rule, asked, found = error.validator, error.validator_value, error.instance
    if rule == "not":
        field = asked["required"][0]
        return f"{EXTRA.get(field, f'`{field}` has no place here')}; take it out."
    if rule == "required":
        missing = [name for name in asked if name not in found]
        return f"{_names(missing)} is missing; add it."
    if rule == "additionalProperties":
        unknown = sorted(set(found) - set(error.schema.get("properties", ())))
        return f"{_names(unknown)} is not known here; take it out or correct its spelling."
    if rule == "enum":
        return f"{_shown(found)} is none of {', '.join(map(str, asked))}; choose one of them."
    if rule == "const":
        return f"{_shown(found)} is not possible; write {_shown(asked)}."
    if rule == "type":
        return f"{_shown(found)} is not of the type {asked}; write it as one."
    if rule == "oneOf":
        return "it fits none or several of the allowed forms; give exactly one of them."
    return _wrong_size(rule, asked, found)


def _wrong_size(rule: str, asked: Any, found: Any) -> str:
    sentences: dict[str, Callable[[], str]] = {
        "maxLength": lambda: f"it is {len(found)} characters long; shorten it to {asked} or fewer.",
        "minLength": lambda: f"it is {len(found)} characters long; write {asked} or more.",
        "maxItems": lambda: f"it has {len(found)} members; keep {asked} or fewer.",
        "minItems": lambda: f"it has {len(found)} members; give {asked} or more.",
        "minimum": lambda: f"{found} is too small; the least is {asked}.",
        "maximum": lambda: f"{found} is too large; the most is {asked}.",
        "uniqueItems": lambda: "a member stands there twice; keep it once.",
        "pattern": lambda: f"{_shown(found)} is not written as it must be; make it match {asked}",
    }
    return sentences[rule]() if rule in sentences else f"it breaks the rule `{rule}` of protocol.schema.json."


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
