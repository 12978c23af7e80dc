"""Bytes on the wire, as the browser's own network layer counts them."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from bench.figures import Figures


class Wire:
    """Adds up requests (line, headers, body) and answers by path until `take()` is called."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.paths: dict[str, str] = {}
        self.sent: dict[str, dict[str, str]] = {}
        self.received: dict[str, int] = {}
        self.session.on("Network.requestWillBeSent", self._on_request)
        self.session.on("Network.requestWillBeSentExtraInfo", self._on_headers)
        self.session.on("Network.loadingFinished", self._on_finished)
        self.session.send("Network.enable")

    def take(self) -> Figures:
        """What passed since the last time, by path. The three events of a request come in any order."""
        by_path: Figures = {}
        for request_id, path in self.paths.items():
            counts = by_path.setdefault(path, {"requests": 0, "up": 0, "up_body": 0, "down": 0})
            headers = self.sent[request_id]
            body = int(headers.get("content-length", 0))
            counts["requests"] += 1
            counts["up_body"] += body
            counts["up"] += body + len(f"POST {path} HTTP/1.1\r\n\r\n")
            counts["up"] += sum(len(name) + len(value) + 4 for name, value in headers.items())
            counts["down"] += self.received[request_id]
        self.paths, self.sent, self.received = {}, {}, {}
        return by_path

    def _on_request(self, event: dict[str, Any]) -> None:
        self.paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def _on_headers(self, event: dict[str, Any]) -> None:
        headers = event["headers"].items()
        self.sent[event["requestId"]] = {str(name).lower(): str(value) for name, value in headers}

    def _on_finished(self, event: dict[str, Any]) -> None:
        self.received[event["requestId"]] = int(event["encodedDataLength"])


def total(counts: Figures, field: str) -> int:
    return sum(int(of_path[field]) for of_path in counts.values())
