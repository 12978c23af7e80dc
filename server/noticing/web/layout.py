"""What every page gets: its language, its styles and scripts, the visitor's links, and the headers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from noticing.accounts.sign_in import visitor_name

BUILT = Path(__file__).parent / "static" / "built"
LANGUAGES = ("en",)
OBSERVERS = frozenset({"coach", "principal"})

POLICY = "; ".join(
    f"{name} {value}"
    for name, value in {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }.items()
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

blueprint = Blueprint("layout", __name__, template_folder="templates")


@dataclass(frozen=True)
class Link:
    url: str
    text: str
    words: str = ""


@dataclass(frozen=True)
class Visitor:
    person_id: str
    name: str
    links: list[Link]


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    Babel(app, default_translation_directories=app.config["TRANSLATIONS"], locale_selector=_choose_language)
    Htmx(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= {
        "csrf_token": generate_csrf,
        "page_locale": lambda: str(get_locale()).replace("_", "-"),
        "page_direction": lambda: get_locale().text_direction,
        "page_styles": page_styles,
        "page_scripts": page_scripts,
        "page_visitor": page_visitor,
    }
    app.after_request(_add_headers)
    trust_proxies(app)


def trust_proxies(app: Flask) -> None:
    """Take address and scheme of the visitor from as many proxies as the settings say stand in front."""
    proxies = app.config["NOTICING"].proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]


def page_visitor() -> Visitor | None:
    """Who looks at the page. Known only where the door has let somebody in, so a page of errors asks no database."""
    actor = g.get("actor")
    return Visitor(actor.person_id, visitor_name(), links_of(actor.roles)) if actor else None


def homes_of(roles: frozenset[str]) -> list[Link]:
    """Where each role of a person begins her work."""
    app = Link("/app/", _("Observe"), _("Visits on this device, even without a network."))
    notes = Link("/notes", _("My notes"), _("What coaches noticed in your lessons."))
    people = Link("/people", _("People"), _("Who has an account and what for."))
    holders = ((app, OBSERVERS), (notes, {"teacher"}), (people, {"admin"}))
    return [link for link, needed in holders if roles & needed]


def links_of(roles: frozenset[str]) -> list[Link]:
    """The same, for observers the notes that they have shared, for administrators the devices."""
    links = homes_of(roles)
    if roles & OBSERVERS and "teacher" not in roles:
        links.insert(1, Link("/notes", _("Shared notes")))
    if "admin" in roles:
        links.append(Link("/tablets", _("Tablets")))
    return links


def page_styles() -> list[str]:
    return [url for url in _built_pages() if url.endswith(".css")]


def page_scripts() -> list[str]:
    return [url for url in _built_pages() if url.endswith(".js")]


@cache
def _built_pages() -> tuple[str, ...]:
    """The addresses of what Vite made for the pages, by its manifest; none before the first build."""
    manifest = BUILT / "pages" / "manifest.json"
    if not manifest.exists():
        return ()
    chunks: dict[str, dict[str, Any]] = json.loads(manifest.read_text("utf-8"))
    entries = [chunk for chunk in chunks.values() if chunk.get("isEntry")]
    files = [file for entry in entries for file in [*entry.get("css", []), entry["file"]]]
    return tuple(dict.fromkeys(f"/static/built/pages/{file}" for file in files))


def _choose_language() -> str:
    if not has_request_context():
        return LANGUAGES[0]
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _add_headers(response: Response) -> Response:
    """Strict everywhere, and nothing is kept by browsers or proxies unless its page says that it may be."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
