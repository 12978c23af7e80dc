"""Somebody of the demo school, signed in over HTTP."""

import json
import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from school import School

PASSWORD = "noticing-demo"
ANSWER_SECONDS = 15


class Person:
    def __init__(self, url: str, mailbox: str) -> None:
        self.url, self.mailbox = url, mailbox
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self._sign_in()
        self.me: dict[str, Any] = self.get("/api/v1/me")
        self.person_id: str = self.me["person_id"]

    def get(self, path: str) -> Any:
        with self.opener.open(self.url + path, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)

    def post(self, path: str, content: Any) -> Any:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.me["csrf_token"]}
        request = urllib.request.Request(self.url + path, json.dumps(content).encode(), headers)
        with self.opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)

    def school(self) -> School:
        """Where and whom she observes; `rivera` is the first of her teachers."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for item in self.get("/api/v1/sync/changes?limit=1")["items"]:
            if item["what"] == "row":
                rows.setdefault(item["room"], []).append(item["row"])
        pairing = next(row for row in rows["pairing"] if row["coach_id"] == self.person_id)
        lesson = next(row for row in rows["class"] if row["teacher_id"] == pairing["teacher_id"])
        return School(
            self.me["tenant_id"],
            lesson["school_id"],
            "",
            lesson["class_id"],
            pairing["pairing_id"],
            {"rivera": pairing["teacher_id"]},
        )

    def _sign_in(self) -> None:
        with self.opener.open(f"{self.url}/sign-in", timeout=ANSWER_SECONDS) as answer:
            found = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
        assert found, "no form on /sign-in"
        form = {
            "csrf_token": found[1],
            "email": f"{self.mailbox}@demo.example",
            "password": PASSWORD,
            "next": "/",
        }
        content = urllib.parse.urlencode(form).encode()
        self.opener.open(f"{self.url}/sign-in", content, timeout=ANSWER_SECONDS).close()
