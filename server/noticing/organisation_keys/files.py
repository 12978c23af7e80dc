"""The private parts: one PEM file a key, readable by the server's account alone, on disk before anybody seals to it."""

from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from flask import current_app

from noticing.disk import write_synced

FOLDER = "organisation-keys"


def folder_of_keys() -> Path:
    """`organisation-keys` in the data folder: on several machines the same for all."""
    data_dir: Path = current_app.config["NOTICING"].data_dir
    return data_dir / FOLDER


def file_of(tenant_id: str, key_id: str) -> Path:
    return folder_of_keys() / tenant_id / f"{key_id}.pem"


def write_private(tenant_id: str, key_id: str, key: rsa.RSAPrivateKey) -> None:
    """Put the key on disk, file and folders; returns when it would survive a power cut."""
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_synced(file_of(tenant_id, key_id), text)


def read_private(tenant_id: str, key_id: str) -> rsa.RSAPrivateKey | None:
    """The private part, or None where its file is missing or is no such key."""
    try:
        return _load(file_of(tenant_id, key_id).read_bytes())
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=64)  # checking a key when it is loaded takes longer than using it
def _load(text: bytes) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(text, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("a key of another kind")
    return key
