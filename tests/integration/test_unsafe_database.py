"""The server does not start on a database on which what it has acknowledged could be lost, or be passed over."""

from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from conftest import make_app
from noticing.database import UnsafeDatabase, prepare_engine
from noticing.network_disk import network_type


@pytest.mark.parametrize(
    ("setting", "value"),
    [("synchronous_commit", "off"), ("default_transaction_isolation", "repeatable\\ read")],
)
def test_it_does_not_start_on_a_postgresql_that_is_set_up_otherwise(
    postgresql_url: str, tmp_path: Path, setting: str, value: str
) -> None:
    options = quote(f"-c {setting}={value}")
    with pytest.raises(UnsafeDatabase, match=setting.removeprefix("default_")):
        make_app(f"{postgresql_url}&options={options}", tmp_path)


def test_it_does_not_start_on_a_sqlite_without_a_journal_of_its_own() -> None:
    with pytest.raises(UnsafeDatabase, match="journal_mode"):
        prepare_engine(sa.create_engine("sqlite://"))


LOCAL = "25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
SCHOOL = "40 25 0:44 / /srv/the\\040school rw,relatime shared:9 - {kind} server:/school rw,vers=4.2\n"


@pytest.mark.parametrize(("kind", "said"), [("nfs4", "nfs4"), ("cifs", "cifs"), ("xfs", None)])
def test_it_knows_a_disk_of_another_machine(kind: str, said: str | None) -> None:
    mounts = LOCAL + SCHOOL.format(kind=kind)
    assert network_type(Path("/srv/the school/noticing.db"), mounts) == said
    assert network_type(Path("/srv/the schoolhouse/noticing.db"), mounts) is None
    covered = mounts + SCHOOL.format(kind="ext4")
    assert network_type(Path("/srv/the school/noticing.db"), covered) is None


def test_it_does_not_start_on_a_sqlite_file_on_a_network_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"40 25 0:44 / {tmp_path.resolve()} rw - nfs4 server:/school rw\n")
    monkeypatch.setattr("noticing.network_disk.MOUNTS", mounts)
    with pytest.raises(UnsafeDatabase, match="nfs4"):
        make_app(f"sqlite:///{tmp_path / 'noticing.db'}", tmp_path)
