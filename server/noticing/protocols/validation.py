"""Is a protocol sound? The schema's rules, then what a schema cannot say. Every finding is a sentence."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from noticing.protocols.folder import find_folder
from noticing.protocols.sentences import sentence_of

TYPES_OF_RULE = {
    "count": {"check", "tally", "script"},
    "count_by_code": {"tally"},
    "count_by_tag": {"script"},
    "rate_per_min": {"check", "tally"},
    "weighted_percent": {"sweep"},
    "first_seen": {"check"},
    "share": {"yesno", "choice"},
    "ratio": {"check", "tally"},
}
ITEMS_OF_RULE = {"share": (1, 12), "ratio": (2, 2)}


def validate_document(document: Any) -> list[str]:
    """Sentences, each naming a place and what to do; none for a sound protocol."""
    broken = sorted(_validator().iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    return [sentence_of(error) for error in broken] or _broken_references(document)


@cache
def _validator() -> Any:
    import jsonschema  # type: ignore[import-untyped]  # late: only reading protocols needs it

    schema = json.loads((find_folder() / "protocol.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _broken_references(document: Mapping[str, Any]) -> list[str]:
    items = {item["key"]: item for section in document["sections"] for item in section["items"]}
    return [
        *_repeated_keys(document),
        *(sentence for item in items.values() for sentence in _repeated_codes(item)),
        *(sentence for measure in document["measures"] for sentence in _broken_measure(measure, items)),
        *(sentence for chart in document["charts"] for sentence in _broken_chart(chart, document, items)),
    ]


def _repeated_keys(document: Mapping[str, Any]) -> list[str]:
    sections, measures = document["sections"], document["measures"]
    kinds = {
        "section": [section["key"] for section in sections],
        "item": [item["key"] for section in sections for item in section["items"]],
        "measure": [measure["key"] for measure in measures],
    }
    return [
        f"{what} `{key}`: {count} of them have this key; give each its own."
        for what, keys in kinds.items()
        for key, count in Counter(keys).items()
        if count > 1
    ]


def _repeated_codes(item: Mapping[str, Any]) -> list[str]:
    codes = Counter(option["code"] for option in item.get("options", ()))
    levels = [level["level"] for level in item.get("levels", ())]
    sentences = [
        f"item `{item['key']}`: the code `{code}` stands there twice; give each option its own."
        for code, count in codes.items()
        if count > 1
    ]
    if levels != sorted(set(levels)):
        sentences.append(f"item `{item['key']}`: its levels do not rise; write the lowest first, each once.")
    return sentences


def _broken_measure(measure: Mapping[str, Any], items: Mapping[str, Any]) -> list[str]:
    where, rule = f"measure `{measure['key']}`", measure["rule"]
    keys = [measure["of"]] if isinstance(measure["of"], str) else measure["of"]
    unknown = [key for key in keys if key not in items]
    if unknown:
        return [f"{where}: there is no item `{key}`; name one of this protocol." for key in unknown]
    least, most = ITEMS_OF_RULE.get(rule, (1, 1))
    if not least <= len(keys) <= most:
        return [f'{where}: the rule "{rule}" is of {most} item{"s" * (most > 1)}; it names {len(keys)}.']
    return [
        f'{where}: the rule "{rule}" cannot be made of `{key}`, a {items[key]["type"]}; '
        f"choose an item of type {' or '.join(sorted(TYPES_OF_RULE[rule]))}."
        for key in keys
        if items[key]["type"] not in TYPES_OF_RULE[rule]
    ] or _unknown_code(where, measure, [items[key] for key in keys])


def _unknown_code(where: str, measure: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> list[str]:
    if "code" not in measure:
        return []
    return [
        f"{where}: `{item['key']}` has no answer `{measure['code']}`; use one that it offers."
        for item in items
        if measure["code"] not in answers_of(item)
    ]


def _broken_chart(
    chart: Mapping[str, Any], document: Mapping[str, Any], items: Mapping[str, Any]
) -> list[str]:
    measures = {measure["key"] for measure in document["measures"]}
    where = f'chart "{chart["title"]}"'
    return [
        f"{where}: there is no measure `{key}`; name one of this protocol."
        for key in chart.get("measures", ())
        if key not in measures
    ] + [
        f"{where}: there is no item `{key}`; name one of this protocol."
        for key in chart.get("items", ())
        if key not in items
    ]


def answers_of(item: Mapping[str, Any]) -> set[str]:
    """The codes that may be given for an item of type yesno, choice, tags, tally or script."""
    if item["type"] == "yesno":
        return {"yes", "no", "na"} if item.get("na_allowed") else {"yes", "no"}
    return {option["code"] for option in item.get("options", ())}
