"""The shipped instruments are sound, and a broken one says what to do."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from noticing.protocols import check
from noticing.protocols.folder import find_folder
from noticing.protocols.loader import BrokenProtocols, hash_of, latest, load_all, load_folder
from noticing.protocols.payloads import check_payload, has_to_name_item
from noticing.protocols.validation import validate_document

ALL = load_all()
SAMPLES = sorted(find_folder().glob("*/sample.entries.json"))


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def document(slug: str = "engagement-sweep") -> dict[str, Any]:
    return copy.deepcopy(ALL[slug, "1.0.0"].document)


def test_every_folder_is_an_instrument_and_has_its_worked_sample() -> None:
    folders = {file for file in find_folder().iterdir() if file.is_dir()}
    assert {slug for slug, _ in ALL} == {folder.name for folder in folders}
    for folder in folders:
        assert {f"sample.{name}.json" for name in ("entries", "view", "measures")} <= {
            file.name for file in folder.iterdir()
        }


def test_the_instruments_use_all_nine_types() -> None:
    used = {item["type"] for protocol in ALL.values() for item in protocol.items()}
    assert used == {"check", "tally", "sweep", "script", "yesno", "rating", "choice", "tags", "photo"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.parent.name)
def test_every_entry_of_a_sample_fits_its_protocol(sample: Path) -> None:
    entries = read(sample)
    said = next(entry["payload"] for entry in entries if entry["kind"] == "observation.started")
    protocol = ALL[said["protocol_slug"], said["protocol_version"]]
    assert said["protocol_hash"] == protocol.hash
    for entry in entries:
        item = protocol.item(entry["item_key"])
        assert item is not None or not has_to_name_item(entry["kind"])
        assert check_payload(entry["kind"], item, entry["payload"]) is None, entry


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.parent.name)
def test_a_sample_shows_a_visit_with_its_mishaps(sample: Path) -> None:
    view = read(sample.with_name("sample.view.json"))
    entries = read(sample)
    kinds = {entry["kind"] for entry in entries}
    assert kinds >= {"observation.corrected", "entry.retracted", "entry.amended", "observation.finished"}
    assert view["retracted"]
    assert view["late"]
    assert any(line["amended"] for line in view["timeline"])
    assert any(len(entry["replaces"]) == 2 for entry in entries), "a conflict that was resolved"
    assert not view["conflicts"]


def test_an_item_that_only_looks_like_another_version_has_another_hash() -> None:
    changed = document()
    changed["sections"][0]["items"][0]["counts"] += " And this."
    assert hash_of(changed) != ALL["engagement-sweep", "1.0.0"].hash
    assert hash_of(json.loads(json.dumps(document(), indent=8))) == ALL["engagement-sweep", "1.0.0"].hash


def break_prompt(doc: dict[str, Any]) -> None:
    doc["sections"][0]["items"][0]["prompt"] = "x" * 74


def break_word(doc: dict[str, Any]) -> None:
    doc["sections"][0]["items"][0]["definitoin"] = "?"


def drop_counts(doc: dict[str, Any]) -> None:
    del doc["sections"][1]["items"][0]["counts"]


def later_type(doc: dict[str, Any]) -> None:
    doc["sections"][0]["items"][0]["type"] = "seat_map"


def drop_options(doc: dict[str, Any]) -> None:
    del doc["sections"][1]["items"][0]["options"]


def levels_for_sweep(doc: dict[str, Any]) -> None:
    doc["sections"][0]["items"][0]["levels"] = doc["sections"][1]["items"][1]["levels"]


def name_students(doc: dict[str, Any]) -> None:
    doc["sections"][0]["items"][0]["privacy"]["student_identifiers"] = "names"


def double_key(doc: dict[str, Any]) -> None:
    doc["sections"][1]["items"][0]["key"] = "on_task"


def falling_levels(doc: dict[str, Any]) -> None:
    doc["sections"][1]["items"][1]["levels"].reverse()


def unknown_item(doc: dict[str, Any]) -> None:
    doc["measures"][0]["of"] = "on_tsak"


def impossible_measure(doc: dict[str, Any]) -> None:
    doc["measures"][0]["rule"] = "rate_per_min"


def unknown_chart_item(doc: dict[str, Any]) -> None:
    doc["charts"][0]["items"] = ["nothing"]


BREAKS = {
    break_prompt: "sections[0].items[0].prompt: it is 74 characters long; shorten it to 60 or fewer.",
    break_word: "sections[0].items[0]: `definitoin` is not known here; take it out or correct its spelling.",
    drop_counts: "sections[1].items[0]: `counts` is missing; add it.",
    later_type: 'sections[0].items[0].type: "seat_map" is none of check, tally, sweep, script, yesno, rating, '
    "choice, tags, photo; choose one of them.",
    drop_options: "sections[1].items[0]: `options` is missing; add it.",
    levels_for_sweep: "sections[0].items[0]: `levels` belong to a rating; take it out.",
    name_students: 'sections[0].items[0].privacy.student_identifiers: "names" is not possible; write "none".',
    double_key: "item `on_task`: 2 of them have this key; give each its own.",
    falling_levels: "item `voice_level`: its levels do not rise; write the lowest first, each once.",
    unknown_item: "measure `on_task_percent`: there is no item `on_tsak`; name one of this protocol.",
    impossible_measure: 'measure `on_task_percent`: the rule "rate_per_min" cannot be made of `on_task`, a sweep; '
    "choose an item of type check or tally.",
    unknown_chart_item: 'chart "Students with the task, sweep by sweep": there is no item `nothing`; '
    "name one of this protocol.",
}


@pytest.mark.parametrize("spoil", BREAKS, ids=lambda spoil: spoil.__name__)
def test_a_mistake_is_named_with_its_place_and_what_to_do(spoil: Any) -> None:
    broken = document()
    spoil(broken)
    assert BREAKS[spoil] in validate_document(broken)


@pytest.mark.parametrize("nonsense", [None, [], "protocol", 7, {}])
def test_what_is_no_protocol_at_all_gets_a_sentence_too(nonsense: Any) -> None:
    assert validate_document(nonsense)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_folder(), tmp_path / "protocols"))


def test_an_older_version_stays_known_beside_a_newer_one(folder: Path) -> None:
    newer = document() | {"version": "1.10.0"}
    (folder / "engagement-sweep/1.10.0.json").write_text(json.dumps(newer), encoding="utf-8")
    (folder / "engagement-sweep/1.9.0.json").write_text(
        json.dumps(newer | {"version": "1.9.0"}), encoding="utf-8"
    )
    versions = {version for slug, version in load_folder(folder) if slug == "engagement-sweep"}
    assert versions == {"1.0.0", "1.9.0", "1.10.0"}


def test_the_latest_is_the_highest_number_and_not_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    one = ALL["engagement-sweep", "1.0.0"]
    known = {("x", version): type(one)("x", version, "X", {}, "") for version in ("1.9.0", "1.10.0", "1.0.0")}
    monkeypatch.setattr("noticing.protocols.loader.load_all", lambda: known)
    found = latest("x")
    assert found is not None
    assert found.version == "1.10.0"
    assert latest("y") is None


def test_a_file_in_the_wrong_place_is_named(folder: Path) -> None:
    (folder / "lesson-clarity/2.0.0.json").write_text(json.dumps(document()), encoding="utf-8")
    with pytest.raises(BrokenProtocols) as broken:
        load_folder(folder)
    assert [sentence.split(",")[0] for sentence in broken.value.sentences] == [
        "lesson-clarity/2.0.0.json"
    ] * 2


def test_all_broken_files_are_told_at_once(folder: Path) -> None:
    (folder / "lesson-clarity/1.0.0.json").write_text('{"slug": ', encoding="utf-8")
    (folder / "selective-script/1.0.0.json").write_bytes(b'"\xff"')
    with pytest.raises(BrokenProtocols) as broken:
        load_folder(folder)
    assert [sentence.split(":")[0] for sentence in broken.value.sentences] == [
        "lesson-clarity/1.0.0.json, line 1, column 10",
        "selective-script/1.0.0.json",
    ]


def test_authors_check_a_file_by_a_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([]) == 0
    assert capsys.readouterr().out == f"{len(ALL)} protocol versions: nothing is wrong.\n"
    file = folder / "engagement-sweep/1.0.0.json"
    file.write_text(json.dumps(document() | {"minutes": 0}), encoding="utf-8")
    assert check.main([str(file), str(folder / "none.json")]) == 1
    said = capsys.readouterr().out
    assert "engagement-sweep/1.0.0.json, minutes: 0 is too small; the least is 1." in said
    assert "none.json: it cannot be read" in said
