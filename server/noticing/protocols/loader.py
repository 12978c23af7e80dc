"""Reads the instruments. A released version stays known for ever: old entries name it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from noticing.protocols.folder import find_folder
from noticing.protocols.validation import validate_document


class BrokenProtocols(Exception):
    """`sentences` name the file, the place and what to do; a Problem `protocol-broken` can carry them."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Protocol:
    """`hash` is the SHA-256 hex of the canonical JSON; `document` is shared, never change it."""

    slug: str
    version: str
    title: str
    document: dict[str, Any]
    hash: str

    def items(self) -> list[dict[str, Any]]:
        return [item for section in self.document["sections"] for item in section["items"]]

    def item(self, key: str | None) -> dict[str, Any] | None:
        return self._by_key.get(key or "")

    @cached_property
    def _by_key(self) -> dict[str, dict[str, Any]]:
        return {item["key"]: item for item in reversed(self.items())}


@dataclass(frozen=True)
class Shelf:
    """What lies in a folder. `sentences` say what is wrong with the files that are not among `protocols`."""

    protocols: Mapping[tuple[str, str], Protocol]
    sentences: tuple[str, ...]


def load_all() -> Mapping[tuple[str, str], Protocol]:
    """Every sound version that ships. One that is broken is not among them, and is told by `find_broken`."""
    return _shelf().protocols


def find_broken() -> tuple[str, ...]:
    """Sentences about the files that ship and are broken: the file, the place in it and what to do."""
    return _shelf().sentences


@cache
def _shelf() -> Shelf:
    return read_shelf(find_folder())


def load_folder(folder: Path) -> Mapping[tuple[str, str], Protocol]:
    """Every `<slug>/<version>.json` under `folder`. Raises BrokenProtocols with all that is wrong."""
    shelf = read_shelf(folder)
    if shelf.sentences:
        raise BrokenProtocols(list(shelf.sentences))
    return shelf.protocols


def read_shelf(folder: Path) -> Shelf:
    """The same, but what is sound can be used where something else is broken."""
    protocols: dict[tuple[str, str], Protocol] = {}
    sentences: list[str] = []
    for file in sorted(folder.glob("*/[0-9]*.json")):
        try:
            protocol = load_file(file)
        except BrokenProtocols as broken:
            sentences += broken.sentences
        except OSError as error:
            sentences.append(f"{file.parent.name}/{file.name}: it cannot be read ({error.strerror}).")
        else:
            protocols[protocol.slug, protocol.version] = protocol
    if not protocols and not sentences:
        sentences.append(f"{folder}: there is no protocol; install the program again.")
    return Shelf(protocols, tuple(sentences))


def load_file(file: Path) -> Protocol:
    name = f"{file.parent.name}/{file.name}"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        wrong = f"{name}, {place}: this is not JSON ({error.msg}); correct it there."
        raise BrokenProtocols([wrong]) from error
    except RecursionError as error:
        raise BrokenProtocols([f"{name}: its brackets are nested too deeply; correct it."]) from error
    except UnicodeDecodeError as error:
        raise BrokenProtocols([f"{name}: it is not UTF-8; save it as UTF-8."]) from error
    sentences = validate_document(document) or _misplaced(document, file)
    if sentences:
        raise BrokenProtocols([f"{name}, {sentence}" for sentence in sentences])
    return Protocol(document["slug"], document["version"], document["title"], document, hash_of(document))


def latest(slug: str) -> Protocol | None:
    """The highest version that ships of an instrument."""
    versions = [protocol for (name, _), protocol in load_all().items() if name == slug]
    return max(versions, key=lambda protocol: list(map(int, protocol.version.split("."))), default=None)


def hash_of(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _misplaced(document: Mapping[str, Any], file: Path) -> list[str]:
    wrong = []
    if document["slug"] != file.parent.name:
        wrong.append(f'slug: it says "{document["slug"]}" in the folder {file.parent.name}; make them one.')
    if f"{document['version']}.json" != file.name:
        wrong.append(f'version: it says "{document["version"]}" in {file.name}; make them one.')
    return wrong
