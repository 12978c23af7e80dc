"""Both places where photos can lie, and a protocol that asks for one."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from conftest import disposing, make_app
from noticing.protocols import loader
from noticing.protocols.folder import find_folder
from photo_device import ITEM

BUCKET = "school-photos"


@pytest.fixture(params=["sqlite and a folder", "postgresql and a folder", "sqlite and S3"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    database, _, place = request.param.partition(" and ")
    url = request.getfixturevalue(f"{database}_url")
    settings = request.getfixturevalue("s3_settings") if place == "S3" else {}
    yield from disposing(make_app(url, tmp_path, **settings))


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_settings(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    return {"photos_url": f"s3://{BUCKET}/noticing", "photos_endpoint": s3_endpoint}


@pytest.fixture(autouse=True)
def protocol_with_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lesson clarity, with one more look-for; none of those that ship asks for a photo yet."""
    file = next((find_folder() / "lesson-clarity").glob("[0-9]*.json"))
    document = json.loads(file.read_text(encoding="utf-8"))
    first = document["sections"][0]["items"]
    first.append({**first[0], "key": ITEM, "type": "photo", "prompt": "Work that is shown"})
    folder = tmp_path / "protocols/lesson-clarity"
    folder.mkdir(parents=True)
    (folder / file.name).write_text(json.dumps(document), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(loader, "find_folder", lambda: folder.parent)
        loader._shelf.cache_clear()
        yield
    loader._shelf.cache_clear()
