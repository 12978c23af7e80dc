"""What is said between the device and the server. Every step can be repeated at any time, from the log alone."""

import base64
import gzip
import json
import random
import re
import secrets
import time
import uuid
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SYNC, PIECE_BYTES, PHOTO_PART_BYTES = "/api/v1/sync", 8 * 1024, 256 * 1024
MAX_ENTRIES, MAX_BYTES, LONGEST_PAUSE_SECONDS = 1000, 256 * 1024, 300


class TryAgain(Exception):
    """No answer, too late, somebody else's, a redirect, or a server that cannot just now: again, for ever."""

    def __init__(self, text, status=413):  # 413: perhaps it would get through in smaller parts
        super().__init__(text)
        self.status = status


class Problem(Exception):
    """What the server answered instead, for the person to read: 401 sign in, 413 smaller. Nothing is deleted."""

    def __init__(self, status, code="", detail="", **_other):
        super().__init__(f"{status} {code} {detail}".strip())
        self.status, self.code = status, code


class Conversation:
    def __init__(self, log, url):
        self.log, self.url, self.http = log, url.rstrip("/"), requests.Session()
        self.began, self.page_life, self.failures, self.most = (
            time.monotonic(),
            str(uuid.uuid4()),
            0,
            MAX_ENTRIES,
        )

    def ask(self, method, path, body=b"", stream=None, headers=None, query=None):
        """The answer, if it is our server's to this very request. A stream's key signs; else the session vouches."""
        nonce = secrets.token_urlsafe(16)
        headers = {"Noticing-Nonce": nonce, **(headers or {})}
        if not stream:
            headers["Cookie"] = f"noticing-session={self.log.read('session')}"
            headers["X-CSRFToken"] = self.log.read("csrf_token")
        else:
            text = f"{method}\n{path}\n{nonce}\n{sha256(body).hexdigest()}".encode()
            r, s = decode_dss_signature(key_of(stream).sign(text, ec.ECDSA(hashes.SHA256())))
            headers["Noticing-Signature"] = write(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
            headers["Noticing-Stream"] = stream["stream_id"]
        sent = {"data": body, "headers": headers, "params": query, "timeout": 30, "allow_redirects": False}
        try:
            answer = self.http.request(method, self.url + path, **sent)
        except requests.RequestException as fault:
            raise TryAgain(type(fault).__name__) from fault
        echoed, status = answer.headers.get("Noticing-Nonce"), answer.status_code
        if answer.headers.get("Noticing-Sync") != "1" or echoed != nonce:
            raise TryAgain(f"{status} from somebody else")
        if status in (408, 425, 429) or status >= 500 or 300 <= status < 400:
            raise TryAgain(str(status), status if status in (429, 503) else 413)
        self.failures = 0
        if renewed := answer.cookies.get("noticing-session"):
            self.log.keep(session=renewed)
        if status >= 400:
            raise Problem(**(answer.json() if answer.content else {"status": status}))
        return answer

    def tell(self, step, content, stream=None):
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return self.ask("POST", f"{SYNC}/{step}", zip_json(content), stream, headers).json()

    def sign_in(self, email, password):
        """As a browser does. The log is for one account."""
        self.http.cookies.clear()
        page = self.http.get(f"{self.url}/sign-in", timeout=30).text
        token = (re.search(r'name="csrf_token" value="([^"]+)"', page) or ("", ""))[1]
        form = {"csrf_token": token, "email": email, "password": password}
        answer = self.http.post(f"{self.url}/sign-in", data=form, timeout=30, allow_redirects=False)
        if answer.status_code != 303:
            raise Problem(answer.status_code, "", "The server does not know this address and password.")
        self.log.keep(session=answer.cookies["noticing-session"])
        me = self.ask("GET", "/api/v1/me").json()
        if self.log.read("person_id") not in ("", me["person_id"]):
            raise Problem(409, "", "This log belongs to another account.")
        self.log.keep(**{name: me[name] for name in ("csrf_token", "person_id", "tenant_id")})

    def enrol(self, stream):
        """By the session; after a fork by the stream before this one, at any time and without a session."""
        point = key_of(stream).public_key().public_numbers()
        key = {"kty": "EC", "crv": "P-256"} | {
            name: write(getattr(point, name).to_bytes(32, "big")) for name in "xy"
        }
        former = self.log.rows("SELECT * FROM streams WHERE stream_id = ?", stream["enrolled_by"])
        self.tell("streams", {"stream_id": stream["stream_id"], "public_key": key}, *former)
        self.log.rows("UPDATE streams SET is_enrolled = 1 WHERE stream_id = ?", stream["stream_id"])

    def keep_in_step(self):
        """Until all is delivered, however long that takes. Pauses grow, and are random: not all tablets at once."""
        while True:
            try:
                while not self.deliver(self.log.stream()):
                    print("a copy of this log has used these numbers: going on in a new stream", flush=True)
                self.bring_photos(self.log.stream())
                return self.fetch()
            except TryAgain as fault:
                print(f"trying again: {fault}", flush=True)
                time.sleep(random.uniform(0, min(LONGEST_PAUSE_SECONDS, 2**self.failures)))
                self.failures = min(10, self.failures + 1)

    def deliver(self, stream):
        """What the server does not have yet, from where it stands. False: fork."""
        if not stream["is_enrolled"]:
            self.enrol(stream)
        answer = self.ask(
            "GET", f"{SYNC}/hello", b"", stream, query={"receipt": self.log.read("receipt")}
        ).json()
        if answer["reading"] == "ended":
            self.log.take_in({"reset": True, "items": [], "cursor": ""})
        while self.log.believe(stream["stream_id"], answer):
            rows = self.log.entries(stream["stream_id"], answer["acknowledged_through"], self.most)
            if not rows:
                return True
            answer = self.push(stream, rows)
        return False

    def push(self, stream, rows, repairs=False):
        """As many of `rows` as go through at once; one that alone does not, in pieces."""
        content = self.push_of(stream, rows) | {"repairs": repairs}
        try:
            if len(rows) > 1 and len(zip_json(content)) > MAX_BYTES:
                raise Problem(413)
            answer = self.tell("push", content, stream)
            self.most = min(MAX_ENTRIES, 2 * self.most)
        except (TryAgain, Problem) as fault:
            self.most = max(1, len(rows) // 2)
            if fault.status != 413 or (len(rows) > 1 and isinstance(fault, TryAgain)):
                raise
            if len(rows) > 1:
                return self.push(stream, rows[: self.most], repairs)
            self.ask(
                "GET", f"{SYNC}/hello", b"", stream
            )  # while hello does not work either, it is the network
            answer = self.push_in_pieces(stream, rows[0])
        self.log.keep(receipt=answer["receipt"])
        for each in answer["set_aside"]:
            print(f"set aside: {each['stream_seq']} {each['code']}: {each['text']}", flush=True)
        return answer

    def push_of(self, stream, rows):
        elapsed_ms = (time.monotonic() - self.began) * 1000
        clock = {
            "device_wall": wall_time(),
            "device_elapsed_ms": elapsed_ms,
            "clock_session_id": self.page_life,
        }
        bodies = [row["body"].decode() for row in rows]
        place = {"stream_id": stream["stream_id"], "from_seq": rows[0]["stream_seq"]}
        return place | {"clock": clock, "bodies": bodies}

    def push_in_pieces(self, stream, row):
        body, place = row["body"], {"stream_id": stream["stream_id"], "stream_seq": row["stream_seq"]}
        place |= {"sha256": sha256(body).hexdigest(), "size": len(body)}
        answer = {"received_through": 0, "push": None}
        while answer["push"] is None:
            offset = answer["received_through"]
            piece = base64.b64encode(body[offset : offset + PIECE_BYTES]).decode()
            answer = self.tell("chunk", place | {"offset": offset, "chunk": piece}, stream)
        return answer["push"]

    def bring_photos(self, stream):
        """Each from where the server has it; 409 says that this is somewhere else."""
        for photo in self.log.rows("SELECT * FROM photos WHERE NOT is_there"):
            path, content = f"{SYNC}/photos/{photo['sha256']}", photo["content"]
            said = self.ask("HEAD", path, b"", stream).headers
            while said["Noticing-Photo"] != "complete":
                offset = int(said["Upload-Offset"])
                headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(content))}
                headers["Content-Type"] = "application/offset+octet-stream"
                part = content[offset : offset + PHOTO_PART_BYTES]
                try:
                    said = self.ask("PATCH", path, part, stream, headers).headers
                except Problem as problem:
                    if problem.code != "upload-offset-wrong":
                        raise
                    said = self.ask("HEAD", path, b"", stream).headers
            self.log.rows("UPDATE photos SET is_there = 1 WHERE sha256 = ?", photo["sha256"])

    def fetch(self):
        """What this person may hold offline, by the session, from where the last answer ended."""
        is_more = True
        while is_more:
            query = {"after": self.log.read("cursor"), "for": self.log.read("person_id")}
            answer = self.ask("GET", f"{SYNC}/changes", query=query).json()
            self.log.take_in(answer)
            is_more = answer["more"]

    def verify(self):
        """Compare with what lies on the server's disk, and bring again what does not agree."""
        stream = self.log.stream()
        stream_id, through = stream["stream_id"], stream["acknowledged_through"]
        for after in range(0, through, 1000):
            rows = self.log.entries(stream_id, after, through=through)
            xor = reduce(lambda mixed, row: mixed ^ int.from_bytes(row["hash"], "big"), rows, 0)
            held = {"from_seq": after + 1, "through_seq": after + len(rows), "count": len(rows)}
            held["xor"] = xor.to_bytes(32, "big").hex()
            answer = self.tell("verify", {"stream_id": stream_id, "ranges": [held]}, stream)
            if not answer["ranges"][0]["agrees"]:
                print(f"mending {after + 1} to {after + len(rows)}", flush=True)
                for start in range(0, len(rows), 100):
                    self.push(stream, rows[start : start + 100], repairs=True)
        names = [row["sha256"] for row in self.log.rows("SELECT sha256 FROM photos WHERE is_there")]
        for start in range(0, len(names), 50):
            asked = {"stream_id": stream_id, "photos": names[start : start + 50]}
            for photo in self.tell("verify", asked, stream)["photos"]:
                found = photo["is_here"], photo["sha256"]
                self.log.rows("UPDATE photos SET is_there = ? WHERE sha256 = ?", *found)
        self.bring_photos(stream)


def key_of(stream):
    return serialization.load_pem_private_key(stream["private_key"].encode(), None)


def write(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def zip_json(content):
    return gzip.compress(json.dumps(content, ensure_ascii=False).encode())


def wall_time():
    return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
