"""Settings: from the environment (`NOTICING_…`), over the data folder's own files, over defaults."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from noticing.disk import sync_folder, write_synced

MAX_REQUEST_BYTES = 4 * 1024 * 1024
DATABASE_URL = "NOTICING_DATABASE_URL"


@dataclass(frozen=True)
class Config:
    """What an installation may choose. `data_dir` holds the database, the secret key and the photos."""

    data_dir: Path
    database_url: str
    secret_key: str
    public_url: str = (
        ""  # how people reach the server, such as https://noticing.school.example; empty: as they do
    )
    is_behind_tls: bool = False
    is_demo: bool = False
    is_testing: bool = False
    ledger_dir: Path | None = None  # where the ledger lies, if not in the data folder
    proxies: int = 0  # how many reverse proxies stand in front and say who asks
    limits_url: str = (
        "memory://"  # where tries are counted: shared by several workers only if it is elsewhere
    )
    has_app_worker: bool = True  # False: tablets take their service worker away (web/static/worker_off.js)
    photos_url: str = ""  # s3://bucket/prefix; empty: a folder of data_dir
    photos_endpoint: str = ""  # of an S3 that is not Amazon's; the keys to it are AWS_… in the environment

    @staticmethod
    def place_of(data_dir: Path | None = None) -> tuple[Path, Path | None]:
        """The data folder, and the database's file where that lies in it; makes nothing."""
        folder = (data_dir or Path(os.environ.get("NOTICING_DATA", "data"))).resolve()
        return folder, None if os.environ.get(DATABASE_URL) else folder / "noticing.db"

    @classmethod
    def from_environment(cls, data_dir: Path | None = None, **overrides: Any) -> "Config":
        """Read the settings; makes the data folder and its secret key on first use."""
        folder, file = cls.place_of(data_dir)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        values: dict[str, Any] = {
            "data_dir": folder,
            "database_url": os.environ[DATABASE_URL] if file is None else f"sqlite:///{file}",
            "secret_key": os.environ.get("NOTICING_SECRET_KEY") or _kept_secret(folder / "secret-key"),
            "public_url": os.environ.get("NOTICING_URL", "").rstrip("/"),
            "is_behind_tls": os.environ.get("NOTICING_TLS") == "1",
            "is_demo": os.environ.get("NOTICING_DEMO") == "1",
            "ledger_dir": Path(ledger).resolve() if (ledger := os.environ.get("NOTICING_LEDGER")) else None,
            "proxies": int(os.environ.get("NOTICING_PROXIES", "0")),
            "limits_url": os.environ.get("NOTICING_LIMITS_URL", "memory://"),
            "has_app_worker": os.environ.get("NOTICING_APP_WORKER") != "off",
            "photos_url": os.environ.get("NOTICING_PHOTOS_URL", ""),
            "photos_endpoint": os.environ.get("NOTICING_PHOTOS_ENDPOINT", ""),
        }
        return cls(**{**values, **overrides})

    @property
    def ledger_folder(self) -> Path:
        return self.ledger_dir or self.data_dir / "ledger"

    def for_flask(self) -> Mapping[str, Any]:
        """The same settings in the names that Flask and its extensions read."""
        return {
            "NOTICING": self,
            "NOTICING_URL": self.public_url,
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 16},
            "MAX_CONTENT_LENGTH": MAX_REQUEST_BYTES,
            "SESSION_COOKIE_NAME": "noticing-session",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.is_behind_tls,
            "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
            "SESSION_REFRESH_EACH_REQUEST": False,  # sign_in.py renews it once a day
            "WTF_CSRF_TIME_LIMIT": None,  # a tablet may wake after weeks; the token lives as long as its session
            "RATELIMIT_STORAGE_URI": self.limits_url,
            "BABEL_DEFAULT_LOCALE": "en",
            "TRANSLATIONS": "translations",
            "TESTING": self.is_testing,
        }


def _kept_secret(file: Path) -> str:
    """Made once and on the disk before it is used: what it signs must outlive a power cut."""
    if not file.exists() or not file.read_text().strip():
        # Under another name first: two processes that start at once must end with one key.
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        write_synced(draft, secrets.token_urlsafe(48).encode())
        if file.exists() and not file.read_text().strip():
            file.unlink()  # a power cut left its name without its content
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
        sync_folder(file.parent)
    return file.read_text().strip()
