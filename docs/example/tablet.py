"""A whole client of the sync API, short enough to be read. docs/sync-api.md says why each step is as it is.

    tablet="python docs/example/tablet.py tablet.db http://127.0.0.1:8000"
    $tablet enrol lee@demo.example        asks for the password
    $tablet visit lesson-clarity          begins a visit to the first teacher of this coach
    $tablet mark goal_visible 3           three marks; each number that is printed is on this disk
    $tablet photo work_shown wall.jpg "Four posters on a wall"
    $tablet sync                          until everything is on the server's disk, through any fault
    $tablet verify                        compares with what lies on the server's disk, and mends that

End it with kill -9 whenever you like, and begin again. Needs `requests` and `cryptography`.
"""

import getpass
import json
import secrets
import sys
import time
from hashlib import sha256
from pathlib import Path

from conversation import Conversation, Problem, TryAgain, wall_time
from log import Log, make_id


def main(file, url, command, *words):
    log = Log(file)
    talk = Conversation(log, url)
    try:
        match command:
            case "enrol":
                talk.sign_in(words[0], getpass.getpass() if sys.stdin.isatty() else input())
                talk.keep_in_step()
            case "visit":
                begin_visit(talk, *words)
            case "mark":
                for _ in range(int(words[1]) if words[1:] else 1):
                    print(log.append([make_body(talk, "item.marked", {}, words[0])]), flush=True)
            case "photo":
                take_photo(talk, *words)
            case "sync":
                talk.keep_in_step()
                print("all is on the server's disk", flush=True)
            case "verify":
                talk.verify()
    except (Problem, TryAgain) as fault:
        sys.exit(f"Everything is kept. {fault}")


def make_body(talk, kind, payload, item_key=None):
    """One entry. These bytes are what is hashed, kept and sent: nobody writes this JSON anew."""
    at = wall_time()
    entry = {
        "entry_id": make_id(),
        "author_id": talk.log.read("person_id"),
        "subject_kind": "observation",
        "subject_id": talk.log.read("observation_id"),
        "kind": kind,
        "item_key": item_key,
        "payload": payload,
        "replaces": [],
        "occurred_at": at,
        "entered_at": at,
        "elapsed_ms": int((time.monotonic() - talk.began) * 1000),
        "clock_session_id": talk.page_life,
        "app_version": "example 1",
        "entry_schema": 1,
        "salt": secrets.token_urlsafe(8),
    }
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def begin_visit(talk, slug):
    """All context stands in the first entry; it comes from the rows that `changes` has handed out."""
    log, rooms = talk.log, {}
    for found in log.rows("SELECT item FROM fetched"):
        item = json.loads(found["item"])
        if item["what"] == "row":
            rooms.setdefault(item["room"], []).append(item["row"])
    pairing = next(row for row in rooms["pairing"] if row["coach_id"] == log.read("person_id"))
    lesson = next(row for row in rooms["class"] if row["teacher_id"] == pairing["teacher_id"])
    protocol = next(row for row in rooms["protocol"] if row["slug"] == slug)
    log.keep(observation_id=make_id())
    context = {
        "tenant_id": log.read("tenant_id"),
        "school_id": lesson["school_id"],
        "class_id": lesson["class_id"],
        "observed_id": lesson["teacher_id"],
        "pairing_id": pairing["pairing_id"],
        "channel": "coaching",
        "protocol_slug": slug,
        "protocol_version": protocol["version"],
        "protocol_hash": protocol["hash"],
        "agreed_items": [],
        "students_present": lesson["head_count"],
        "purpose": "",
    }
    print(log.append([make_body(talk, "observation.started", context)]), flush=True)


def take_photo(talk, item_key, file, alt):
    """The photo and the entry that names it in one transaction; they travel apart."""
    photo = Path(file).read_bytes()
    named = {"sha256": sha256(photo).hexdigest(), "alt": alt, "names_covered": True}
    print(talk.log.append([make_body(talk, "photo.taken", named, item_key)], photo), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
