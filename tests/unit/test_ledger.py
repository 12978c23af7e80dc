"""The ledger's file: chained lines, whatever a power cut did to the last one."""

import json
from pathlib import Path

import pytest

from noticing.ledger.lines import append_lines, read_lines

AT = "2026-11-12T14:02:00+00:00"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "riverside.jsonl"


def write(file: Path, *acts: str) -> None:
    append_lines(file, AT, [(act, {"person_id": act}) for act in acts])


def acts_of(file: Path) -> list[str]:
    return [line.act for line in read_lines(file).lines]


def test_what_was_written_is_read_in_its_order(file: Path) -> None:
    write(file, "a")
    write(file, "b", "c")
    reading = read_lines(file)
    assert [(line.n, line.act, line.said) for line in reading.lines] == [
        (1, "a", {"person_id": "a"}),
        (2, "b", {"person_id": "b"}),
        (3, "c", {"person_id": "c"}),
    ]
    assert (reading.torn, reading.is_broken) == (0, False)


def test_a_last_line_that_was_torn_anywhere_is_left_out_and_the_next_one_counts(file: Path) -> None:
    write(file, "a")
    sound = file.read_bytes()
    write(file, "b")
    whole = file.read_bytes()
    for cut in range(len(sound) + 1, len(whole) - 1):
        file.write_bytes(whole[:cut])
        assert acts_of(file) == ["a"]
        write(file, "c")
        reading = read_lines(file)
        assert [line.act for line in reading.lines] == ["a", "c"]
        assert (reading.torn, reading.is_broken) == (1, False)


def test_a_last_line_with_its_end_that_cannot_be_read_was_changed(file: Path) -> None:
    write(file, "a", "b")
    sound = file.read_bytes()
    file.write_bytes(sound[:-3] + b"x\n")
    assert read_lines(file).is_broken
    file.write_bytes(sound[:-3] + b"x")
    assert not read_lines(file).is_broken


def test_a_line_that_only_lacks_its_end_of_line_counts(file: Path) -> None:
    write(file, "a", "b")
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    write(file, "c")
    assert acts_of(file) == ["a", "b", "c"]
    assert not read_lines(file).is_broken


@pytest.mark.parametrize("place", [0, 1])
def test_a_line_that_is_gone_or_was_changed_is_noticed(file: Path, place: int) -> None:
    write(file, "a", "b", "c")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:place] + lines[place + 1 :]))
    assert read_lines(file).is_broken
    changed = json.loads(lines[place]) | {"said": {"person_id": "x"}}
    file.write_text("".join([*lines[:place], json.dumps(changed) + "\n", *lines[place + 1 :]]))
    assert read_lines(file).is_broken


def test_a_ledger_that_is_longer_than_its_last_block_goes_on(file: Path) -> None:
    append_lines(file, AT, [("a", {"text": "x" * 100_000})])
    with file.open("ab") as opened:
        opened.write(b'{"torn' + b" " * 70_000)
    write(file, "b")
    reading = read_lines(file)
    assert ([line.act for line in reading.lines], reading.is_broken) == (["a", "b"], False)
