"""Where the bytes of the photos lie, by tenant and content: a folder of the server, or S3 (config.photos_url)."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app
from obstore.store import LocalStore, ObjectStore, S3Store

from noticing.config import Config
from noticing.disk import make_folder, sync_file, sync_folder

if TYPE_CHECKING:
    from obstore.store import S3Config  # known to type checkers only

PATIENCE = timedelta(seconds=20)  # the device tries again; a worker must not wait for minutes
_NAME = "noticing.photos"


class Shelf:
    """`folder`: where the store writes, if that is a disk of ours. `sha256` is in hex and was checked before."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder

    def put(self, tenant_id: str, sha256: str, content: bytes) -> None:
        """Keep `content`; afterwards it is on the disk. What is there already and sound is not written again."""
        key = _key(tenant_id, sha256)
        if self._folder is not None:
            make_folder((self._folder / key).parent)
        if not self.is_sound(tenant_id, sha256):
            self._store.put(key, content, use_multipart=False)
        if self._folder is not None:  # the store itself writes and renames, but syncs nothing
            sync_file(self._folder / key)
            sync_folder((self._folder / key).parent)

    def read(self, tenant_id: str, sha256: str) -> bytes | None:
        try:
            return self._store.get(_key(tenant_id, sha256)).bytes().to_bytes()
        except FileNotFoundError:
            return None

    def size_of(self, tenant_id: str, sha256: str) -> int | None:
        try:
            return self._store.head(_key(tenant_id, sha256))["size"]
        except FileNotFoundError:
            return None

    def is_sound(self, tenant_id: str, sha256: str) -> bool:
        """Whether the bytes are there and still have this hash."""
        content = self.read(tenant_id, sha256)
        return content is not None and hashlib.sha256(content).hexdigest() == sha256


def shelf() -> Shelf:
    """The shelf of the app. Opened when first used: what it runs on does not survive the forking of workers."""
    found: Shelf | None = current_app.extensions.get(_NAME)
    if found is None:
        found = current_app.extensions[_NAME] = open_shelf(current_app.config["NOTICING"])
    return found


def open_shelf(config: Config) -> Shelf:
    if not config.photos_url:
        folder = config.data_dir / "photos"
        make_folder(folder)
        return Shelf(LocalStore(folder), folder)
    parts = urlsplit(config.photos_url)
    if parts.scheme != "s3":
        raise ValueError("NOTICING_PHOTOS_URL must begin with s3://")
    endpoint: S3Config = {"endpoint": config.photos_endpoint} if config.photos_endpoint else {}
    store = S3Store.from_url(
        config.photos_url,
        config=endpoint,
        client_options={"allow_http": config.photos_endpoint.startswith("http://"), "timeout": PATIENCE},
        retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
    )
    return Shelf(store)


def _key(tenant_id: str, sha256: str) -> str:
    return f"{tenant_id}/{sha256[:2]}/{sha256}"
