"""The doors of /api/v1. Which lock each has stands in app.py; what is said there, in docs/sync-api.md."""

import gzip

import msgspec
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from flask_wtf.csrf import generate_csrf

from noticing.accounts.doors import current_actor
from noticing.accounts.people import find_person
from noticing.accounts.places import tenant_row
from noticing.clock import now
from noticing.database import db
from noticing.entry_log.clock_samples import Reading
from noticing.feed.counter import read_server_epoch
from noticing.problems import Problem
from noticing.sync import description, wire
from noticing.sync.changes import DEFAULT_LIMIT, MAX_LIMIT, hand_out, has_news
from noticing.sync.enrol import enrol as enrol_stream
from noticing.sync.hello import find_own_stream, say_hello
from noticing.sync.other_rooms import OtherRooms, join_rooms, other_rooms
from noticing.sync.receive import Receipt, receive
from noticing.sync.request_body import read_json
from noticing.sync.set_aside import say_why
from noticing.sync.stream_key import MAX_NONCE_LENGTH, signing_stream_id

PREFIX = "/api/v1"
WORTH_ZIPPING_BYTES = 1024


blueprint = Blueprint("sync", __name__, url_prefix=PREFIX, description="The tablet's door")


class _Api(Api):
    DEFAULT_ERROR_RESPONSE_NAME = None  # description.py names the Problems of each door

    def _register_error_handlers(self) -> None:
        """Problems are shown by problem_pages, for these doors as for all others."""


def init_app(app: Flask, rooms: OtherRooms) -> None:
    join_rooms(app, rooms)
    app.config.setdefault("API_TITLE", "Noticing")
    app.config.setdefault("API_VERSION", "1")
    app.config.setdefault("OPENAPI_VERSION", "3.1.0")
    app.config.setdefault("OPENAPI_URL_PREFIX", PREFIX)
    app.config.setdefault("OPENAPI_JSON_PATH", "openapi.json")
    api = _Api(app)
    description.add_components(api.spec)
    api.register_blueprint(blueprint)
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
    return _answer(wire.Enrolled(enrol_stream(current_actor(), enrolment)), 201)


@blueprint.route("/sync/hello")
@blueprint.doc(**description.HELLO)
def hello() -> Response:
    stream_id = signing_stream_id() or request.args.get("stream_id", "")
    return _answer(say_hello(stream_id, current_actor().person_id))


@blueprint.route("/sync/push", methods=["POST"])
@blueprint.doc(**description.PUSH)
def push() -> Response:
    came_at, sent = now(), read_json(request, wire.Push)
    if len(sent.bodies) > wire.MAX_ENTRIES:
        raise Problem("too-many-entries")
    if signing_stream_id() not in (None, sent.stream_id):
        raise Problem("signature-wrong")
    actor = current_actor()
    find_own_stream(sent.stream_id, actor.person_id)
    clock = msgspec.structs.asdict(sent.clock) if sent.clock else None
    reading = Reading(**clock, received_at=came_at) if clock else None
    receipt = receive(actor.tenant_id, sent.stream_id, sent.from_seq, sent.bodies, reading)
    return _answer(_push_answer(receipt))


@blueprint.route("/sync/changes")
@blueprint.doc(**description.CHANGES)
def changes() -> Response:
    limit = min(max(request.args.get("limit", DEFAULT_LIMIT, type=int), 1), MAX_LIMIT)
    return _answer(hand_out(current_actor(), request.args.get("after", ""), limit))


def _push_answer(receipt: Receipt) -> wire.PushAnswer:
    stream, sentences = receipt.stream, other_rooms().sentences
    return wire.PushAnswer(
        acknowledged_through=receipt.acknowledged_through,
        acknowledged_hash=receipt.acknowledged_hash.hex(),
        ranges_beyond=[list(each) for each in receipt.ranges_beyond],
        set_aside=[
            wire.SetAside(seq, entry_id, code, say_why(code, sentences))
            for seq, entry_id, code in receipt.set_aside
        ],
        fork=None if receipt.fork_at is None else wire.Fork(receipt.fork_at),
        wanted_photos=[],
        changes_waiting=has_news(
            db.session(), stream.tenant_id, stream.person_id, stream.stream_id, stream.seen_change_seq
        ),
        server_epoch=read_server_epoch(db.session()),
        server_time=now().isoformat(),
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
