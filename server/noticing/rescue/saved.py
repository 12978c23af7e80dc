"""A request as a device saved it because it could not send it."""

import base64
import binascii
from collections.abc import Collection

import msgspec


class Saved(msgspec.Struct, frozen=True):
    """`body` is base64."""

    path: str
    headers: dict[str, str]
    body: str

    def content(self) -> bytes | None:
        """None for what is no base64, or came with what no header can hold."""
        if not all(value.isascii() and value.isprintable() for value in self.headers.values()):
            return None
        try:
            return base64.b64decode(self.body, validate=True)
        except (binascii.Error, ValueError):
            return None

    def said(self, names: Collection[str]) -> dict[str, str]:
        """Of its headers, these."""
        return {name: self.headers[name] for name in names if name in self.headers}
