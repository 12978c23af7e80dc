"""The key that signs sessions is made once, and is on the disk before it is used."""

from pathlib import Path

from noticing.config import Config


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = Config.from_environment(data_dir=tmp_path)
    assert len(first.secret_key) > 40
    assert Config.from_environment(data_dir=tmp_path).secret_key == first.secret_key
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_an_empty_key_that_a_power_cut_left_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()
    made = Config.from_environment(data_dir=tmp_path)
    assert len(made.secret_key) > 40
    assert (tmp_path / "secret-key").read_text() == made.secret_key
