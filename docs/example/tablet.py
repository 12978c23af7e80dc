"""A whole client of the sync API, short enough to be read. docs/sync-api.md says why each step is as it is.

    tablet=".venv/bin/python docs/example/tablet.py tablet.db http://127.0.0.1:8000"
    $tablet enrol lee@demo.example        asks for the password
    $tablet visit lesson-clarity          begins a visit to the first teacher of this coach
    $tablet mark goal_visible 3           three marks; each number that is printed is on this disk
    $tablet visit selective-script        another visit, by an instrument with an item for photos
    $tablet photo work_shown wall.jpg "Four posters on a wall"
    $tablet sync                          until everything is on the server's disk, through any fault
    $tablet verify                        compares with what lies on the server's disk, and mends that

Typed in the checkout's folder, after `python3 dev.py run` has made .venv. End it with kill -9 whenever you like, and
begin again. Elsewhere it needs Python 3.11, `requests` and `cryptography`.
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

WORDS = {"enrol": (1,), "visit": (1,), "mark": (1, 2), "photo": (3,), "sync": (0,), "verify": (0,)}


class NotYet(Exception):
    """What has to be done before, in a sentence."""


def main(file="", url="", command="", *words):
    count = words[1] if command == "mark" and words[1:] else "1"
    if len(words) not in WORDS.get(command, ()) or not count.isdecimal():
        sys.exit(__doc__)
    try:
        obey(Conversation(Log(file), url), command, *words)
    except (Problem, TryAgain, NotYet, OSError) as fault:  # what `requests` raises is an OSError, too
        sys.exit(f"Everything is kept. {fault}")


def obey(talk, command, *words):
    log = talk.log
    if command != "enrol" and not log.read("person_id"):
        raise NotYet("Enrol first: every entry names its author.")
    if command in ("mark", "photo") and not log.read("observation_id"):
        raise NotYet("Begin a visit first.")
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
            print("what the server acknowledged lies on its disk as it does here", flush=True)


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
    pairing = first(row for row in rooms.get("pairing", ()) if row["coach_id"] == log.read("person_id"))
    lesson = first(row for row in rooms.get("class", ()) if row["teacher_id"] == pairing["teacher_id"])
    protocols = (row for row in rooms.get("protocol", ()) if row["slug"] == slug)
    protocol = max(protocols, key=lambda row: [int(part) for part in row["version"].split(".")], default=None)
    if protocol is None:
        raise NotYet(f"There is no instrument {slug}.")
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


def first(rows):
    found = next(rows, None)
    if found is None:
        raise NotYet(
            "There is no teacher with a class whom this account coaches. Ask the administrator, then sync."
        )
    return found


def take_photo(talk, item_key, file, alt):
    """The photo and the entry that names it in one transaction; they travel apart."""
    photo = Path(file).read_bytes()
    named = {"sha256": sha256(photo).hexdigest(), "alt": alt, "names_covered": True}
    print(talk.log.append([make_body(talk, "photo.taken", named, item_key)], photo), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
