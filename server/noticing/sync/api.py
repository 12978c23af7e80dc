"""The doors of /api/v1. Which lock each has stands in app.py; what is said there, in docs/sync-api.md."""

import gzip

import msgspec
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from flask_wtf.csrf import generate_csrf

from noticing.accounts.doors import current_actor
from noticing.accounts.people import find_person
from noticing.accounts.places import tenant_row
from noticing.accounts.policy import Actor
from noticing.clock import now
from noticing.database import db
from noticing.feed.counter import read_server_epoch
from noticing.problems import Problem
from noticing.sync import description, wire
from noticing.sync.changes import DEFAULT_LIMIT, MAX_LIMIT, hand_out, has_news
from noticing.sync.chunks import receive_chunk
from noticing.sync.clock_reading import read_clocks
from noticing.sync.contact import hear_signer
from noticing.sync.enrol import enrol as enrol_stream
from noticing.sync.hello import find_own_stream, key_to_seal_to, reading_of, say_hello
from noticing.sync.other_rooms import OtherRooms, join_rooms, other_rooms
from noticing.sync.receipts import notice_older_copy, write_receipt
from noticing.sync.receive import Receipt, receive
from noticing.sync.request_body import read_json
from noticing.sync.sealed import open_bodies
from noticing.sync.set_aside import say_why
from noticing.sync.stream_key import MAX_NONCE_LENGTH, signing_stream_id
from noticing.sync.turns import turn
from noticing.sync.verify import verify as compare

PREFIX = "/api/v1"
WORTH_ZIPPING_BYTES = 1024


blueprint = Blueprint("sync", __name__, url_prefix=PREFIX, description="The tablet's door")


class _Api(Api):
    DEFAULT_ERROR_RESPONSE_NAME = None  # description.py names the Problems of each door

    def _register_error_handlers(self) -> None:
        """Problems are shown by problem_pages, for these doors as for all others."""


def init_app(app: Flask, rooms: OtherRooms, *others: Blueprint) -> None:
    """`others`: doors of later rooms that belong to the conversation."""
    join_rooms(app, rooms)
    app.config.setdefault("API_TITLE", "Noticing")
    app.config.setdefault("API_VERSION", "1")
    app.config.setdefault("OPENAPI_VERSION", "3.1.0")
    app.config.setdefault("OPENAPI_URL_PREFIX", PREFIX)
    app.config.setdefault("OPENAPI_JSON_PATH", "openapi.json")
    api = _Api(app)
    description.add_components(api.spec)
    for doors in (blueprint, *others):
        api.register_blueprint(doors)
    app.after_request(_say_that_it_is_us)


@blueprint.route("/me")
@blueprint.doc(**description.ME)
def me() -> Response:
    actor = current_actor()
    tenant = tenant_row(actor.tenant_id) or {}
    return _answer(
        wire.Me(
            person_id=actor.person_id,
            display_name=find_person(actor.person_id).display_name,
            tenant_id=actor.tenant_id,
            tenant_name=str(tenant.get("name", "")),
            roles=sorted(actor.roles),
            csrf_token=generate_csrf(),
            server_epoch=read_server_epoch(db.session()),
            server_time=now().isoformat(),
        )
    )


@blueprint.route("/sync/streams", methods=["POST"])
@blueprint.doc(**description.ENROL)
def enrol() -> Response:
    enrolment = read_json(request, wire.Enrolment)
    with turn():
        stream_id = enrol_stream(current_actor(), enrolment, signing_stream_id())
    return _answer(wire.Enrolled(stream_id, key_to_seal_to(current_actor().tenant_id)), 201)


@blueprint.route("/sync/hello")
@blueprint.doc(**description.HELLO)
def hello() -> Response:
    stream_id = signing_stream_id() or request.args.get("stream_id", "")
    stream = find_own_stream(stream_id, current_actor().person_id)
    notice_older_copy(stream, request.args.get("receipt", ""))
    answer = _answer(say_hello(stream, current_actor()))
    hear_signer()
    return answer


@blueprint.route("/sync/push", methods=["POST"])
@blueprint.doc(**description.PUSH)
def push() -> Response:
    came_at, sent = now(), read_json(request, wire.Push)
    if sent.count() > wire.MAX_ENTRIES:
        raise Problem("too-many-entries")
    actor = _owner_of(sent.stream_id)
    reading = read_clocks(sent.clock, came_at)
    with turn():
        opened = open_bodies(actor.tenant_id, actor.person_id, sent)
        if any(len(body) > wire.MAX_CHUNKED_BYTES for body in opened.bodies):
            raise Problem("too-large")
        receipt = receive(
            actor.tenant_id, sent.stream_id, sent.from_seq, opened.bodies, reading, repairs=sent.repairs
        )
    return _answer(_push_answer(receipt, opened.unsealable))


@blueprint.route("/sync/chunk", methods=["POST"])
@blueprint.doc(**description.CHUNK)
def chunk() -> Response:
    sent = read_json(request, wire.Chunk)
    with turn():
        taken = receive_chunk(_owner_of(sent.stream_id).tenant_id, sent)
    push = _push_answer(taken.receipt, taken.unsealable) if taken.receipt else None
    return _answer(wire.ChunkAnswer(taken.through, push))


@blueprint.route("/sync/verify", methods=["POST"])
@blueprint.doc(**description.VERIFY)
def verify() -> Response:
    asked = read_json(request, wire.Verify)
    with turn():
        answer = _answer(compare(_owner_of(asked.stream_id).tenant_id, asked))
    hear_signer()
    return answer


@blueprint.route("/sync/changes")
@blueprint.doc(**description.CHANGES)
def changes() -> Response:
    limit = min(max(request.args.get("limit", DEFAULT_LIMIT, type=int), 1), MAX_LIMIT)
    actor, not_from = current_actor(), request.args.get("not_from")
    if request.args.get("for") not in (None, actor.person_id):
        raise Problem("other-person")
    if not_from is not None:
        find_own_stream(not_from, actor.person_id)
    return _answer(hand_out(actor, request.args.get("after", ""), limit, not_from))


def _owner_of(stream_id: str) -> Actor:
    """Who asks, for a stream of hers; a signature opens the stream that signed and no other."""
    if signing_stream_id() not in (None, stream_id):
        raise Problem("signature-wrong")
    actor = current_actor()
    find_own_stream(stream_id, actor.person_id)
    return actor


def _push_answer(receipt: Receipt, unsealable: list[int]) -> wire.PushAnswer:
    stream, sentences = receipt.stream, other_rooms().sentences
    epoch, through = read_server_epoch(db.session()), receipt.acknowledged_through
    return wire.PushAnswer(
        acknowledged_through=receipt.acknowledged_through,
        acknowledged_hash=receipt.acknowledged_hash.hex(),
        ranges_beyond=[list(each) for each in receipt.ranges_beyond],
        set_aside=[
            wire.SetAside(seq, entry_id, code, say_why(code, sentences))
            for seq, entry_id, code in receipt.set_aside
        ],
        fork=None if receipt.fork_at is None else wire.Fork(receipt.fork_at),
        wanted_photos=other_rooms().wanted_photos(db.session(), stream.tenant_id, stream.person_id),
        changes_waiting=has_news(
            db.session(), stream.tenant_id, stream.person_id, stream.stream_id, stream.seen_change_seq
        ),
        server_epoch=epoch,
        server_time=now().isoformat(),
        reading=reading_of(current_actor(), stream),
        unsealable=unsealable,
        receipt=write_receipt(epoch, stream.stream_id, through),
    )


def _answer(content: msgspec.Struct, status: int = 200) -> Response:
    text = msgspec.json.encode(content)
    answer = Response(text, status, mimetype="application/json")
    if len(text) > WORTH_ZIPPING_BYTES and request.accept_encodings["gzip"]:
        answer.set_data(gzip.compress(text, 6, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding, Cookie"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _say_that_it_is_us(response: Response) -> Response:
    """Without these headers a device takes an answer for a captive portal's."""
    if request.path.startswith(f"{PREFIX}/"):
        response.headers["Noticing-Sync"] = "1"
        nonce = request.headers.get("Noticing-Nonce", "")
        if 0 < len(nonce) <= MAX_NONCE_LENGTH and nonce.isascii() and nonce.isprintable():
            response.headers["Noticing-Nonce"] = nonce
    return response
