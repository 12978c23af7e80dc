"""The wiring. Which door has which lock is readable on one screen: DOORS."""

from collections.abc import Mapping

from flask import Flask

from noticing import journal, problem_pages
from noticing.accounts import pages as accounts_pages
from noticing.accounts import sign_in
from noticing.accounts.doors import Lock, guard_doors
from noticing.config import Config
from noticing.database import db, prepare_engine
from noticing.feedback import pages as feedback_pages
from noticing.feedback.wording_rules import ERRORS, check_share
from noticing.ledger import acts as ledger
from noticing.observations.projection import follow
from noticing.photos import doors as photo_doors
from noticing.photos.doors import is_own_photo_here
from noticing.photos.holdings import note_named, wanted_of
from noticing.rescue import pages as rescue_pages
from noticing.sync import api as sync_api
from noticing.sync import stream_key
from noticing.sync.other_rooms import OtherRooms
from noticing.tablets import pages as tablets_pages
from noticing.web import health, layout, shell

OPEN = Lock.open()  # anyone, no account
LEAVING = Lock.session("account.leave")  # also for who has no role any more
OBSERVER = Lock.session("app.enter")
ADMIN = Lock.session("people.manage")
DEVICE = Lock.device("device.deliver")  # a signed request, or a session of the same account
NOTES = Lock.object("feedback.read")  # the page itself asks, for the one observation
REPLY = Lock.object("feedback.reply")

DOORS: Mapping[str, Lock] = {
    "health.show": OPEN,
    "shell.start": OPEN,
    "shell.app": OPEN,  # the app's own files hold no data
    "shell.built": OPEN,
    "shell.icon": OPEN,
    "accounts.sign_in": OPEN,
    "accounts.set_up": OPEN,  # holds a one-time token
    "accounts.sign_out": LEAVING,
    "accounts.shut_pages": LEAVING,
    "accounts.open_pages": LEAVING,
    "accounts.people": ADMIN,
    "accounts.add_person": ADMIN,
    "accounts.renew_link": ADMIN,
    "tablets.overview": ADMIN,
    "tablets.name": ADMIN,
    "tablets.ask_revoke": ADMIN,
    "tablets.revoke": ADMIN,
    "tablets.set_aside": ADMIN,
    "tablets.judge_again": ADMIN,
    "api-docs.openapi_json": OPEN,  # what is said at /api/v1; holds no data
    "rescue.hand_in": Lock.open(max_bytes=rescue_pages.MAX_BYTES),  # the signatures inside decide
    "sync.me": LEAVING,  # a tablet must know whose it is, even when no role is left
    "sync.enrol": Lock.device(
        "device.enrol"
    ),  # without a session only for a further stream of the same device
    "sync.hello": DEVICE,
    "sync.push": DEVICE,
    "sync.chunk": DEVICE,
    "sync.verify": DEVICE,
    "sync.changes": Lock.session("changes.read"),
    "photos.bring": DEVICE,
    "photos.lost": DEVICE,
    "photos.read": Lock.object("entry.read"),
    "feedback.notes_list": Lock.session("notes.list"),
    "feedback.notes_page": NOTES,
    "feedback.notes_pdf": NOTES,
    "feedback.reply": REPLY,
}

# What later rooms add to receiving: they judge payloads of their kinds, and go on when a push is committed.
RECEIVING = OtherRooms(
    checks={"feedback.shared": check_share},
    sentences=ERRORS,
    followers=(follow,),
    is_photo_here=is_own_photo_here,
    noters=(note_named,),
    wanted_photos=wanted_of,
)


def create_app(config: Config | None = None) -> Flask:
    """The whole server. Without `config`, settings come from the environment."""
    settings = config or Config.from_environment()
    app = Flask("noticing", static_folder=None)
    app.config.from_mapping(settings.for_flask())
    journal.init_app(app)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    ledger.hold_commits()
    problem_pages.init_app(app)
    layout.init_app(app)
    sign_in.init_app(app)
    for room in (health, shell, accounts_pages, feedback_pages, tablets_pages, rescue_pages):
        room.init_app(app)
    sync_api.init_app(app, RECEIVING, photo_doors.blueprint)
    guard_doors(app, DOORS, recognise_device=stream_key.recognise)
    return app
