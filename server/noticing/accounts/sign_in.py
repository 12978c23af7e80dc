"""Signing in and out with e-mail and password; who is signed in; how often it may be tried."""

import hashlib
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from noticing.accounts.models import Person
from noticing.accounts.passwords import is_right
from noticing.accounts.people import AccountRow, actor_of, find_account, person_of_email, tidy_email
from noticing.clock import now
from noticing.database import db
from noticing.feed.counter import is_suspended
from noticing.problems import Problem

NONCE = "Noticing-Nonce"  # whoever types an address into a browser cannot send a header
PER_ADDRESS = "10 per minute"
PER_ACCOUNT = "5 per minute"

blueprint = Blueprint("accounts", __name__, template_folder="templates")
limiter = Limiter(get_remote_address, headers_enabled=False)


class _Login(LoginManager):
    def _update_remember_cookie(self, response: Response) -> Response:
        """There is none: the session itself lasts. Looking for one would make every file vary by cookie."""
        return response


login = _Login()


class Account(UserMixin):
    """A signed-in person. Its id carries the session mark: raising the mark ends every session at once."""

    def __init__(self, person: Person | AccountRow) -> None:
        self.person_id = person.person_id
        self.tenant_id = person.tenant_id
        self.display_name = person.display_name
        self.session_mark = person.session_mark

    def get_id(self) -> str:
        return f"{self.person_id}:{self.session_mark}"


def init_app(app: Flask) -> None:
    login.session_protection = (
        None  # a tablet changes its network; the mark and the cookie's signature decide
    )
    login.init_app(app, add_context_processor=False)
    login.user_loader(_load)
    limiter.init_app(app)


def visitor_name() -> str:
    return cast("str", current_user.display_name) if current_user.is_authenticated else ""


def begin_session(person: Person) -> None:
    """Sign the person in, in a session that has nothing in common with the one before."""
    if is_suspended(db.session()) and "admin" not in actor_of(person.person_id).roles:
        raise Problem("restored-not-checked")
    session.clear()
    session.permanent = True
    session["renewed_on"] = now().date().isoformat()
    login_user(Account(person))


def _load(session_id: str) -> Account | None:
    if session.get("pages_shut") and NONCE not in request.headers and request.endpoint != "accounts.sign_out":
        return None
    person_id, _colon, mark = session_id.partition(":")
    account = find_account(person_id)
    if account is None or not account.is_active or str(account.session_mark) != mark:
        return None
    _renew_session()
    return Account(account)


def _renew_session() -> None:
    """A session lasts 30 days from its last day of use, without a new cookie for every file and mark."""
    today = now().date().isoformat()
    if session.get("renewed_on") != today:
        session["renewed_on"] = today


def _has_failed(response: Response) -> bool:
    return response.status_code >= 400


def _account_key() -> str:
    """One account from one address. Hashed, so that no log or store of the limiter shows who it is."""
    email = tidy_email(request.form.get("email", ""))
    return hashlib.sha256(f"{get_remote_address()} {email}".encode()).hexdigest()


# Only failures count: a whole school signs in from one address in the morning.
@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=_has_failed)
@limiter.limit(PER_ACCOUNT, methods=["POST"], deduct_when=_has_failed, key_func=_account_key)
def sign_in() -> BaseResponse | str | tuple[str, int]:
    onward = local_path(request.values.get("next"))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(onward, 303)
        return render_template("accounts/sign_in.html", onward=onward, email="", fault=None)
    email, password = request.form.get("email", ""), request.form.get("password", "")
    person = person_of_email(email)
    if not is_right(person, password) or person is None:
        fault = _("This address and password do not belong together. Check both and try again.")
        return render_template("accounts/sign_in.html", onward=onward, email=email, fault=fault), 422
    begin_session(person)
    return redirect(onward, 303)


@blueprint.post("/sign-out", endpoint="sign_out")
def sign_out() -> BaseResponse:
    logout_user()
    session.clear()
    return redirect("/", 303)


@blueprint.post("/pages/shut", endpoint="shut_pages")
def shut_pages() -> tuple[str, int]:
    """The tablet was locked: its browser shows none of her pages, while its app goes on by the same session."""
    session["pages_shut"] = True
    return "", 204


@blueprint.post("/pages/open", endpoint="open_pages")
def open_pages() -> tuple[str, int]:
    session.pop("pages_shut", None)
    return "", 204


def local_path(wanted: str | None) -> str:
    """Where to go on: a path of this app, or the start page. Never another site."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    if "\\" in wanted or any(ord(sign) < 32 for sign in wanted):
        return "/"
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else "/"
