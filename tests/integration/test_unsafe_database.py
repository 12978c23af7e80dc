"""The server does not start on a database on which what it has acknowledged could be lost, or be passed over."""

from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from conftest import make_app
from noticing.database import UnsafeDatabase, prepare_engine


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
