"""The start page, the tablet app's files, and the built styles and scripts of the pages."""

from pathlib import Path, PurePosixPath

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from noticing.accounts.doors import current_actor, is_signed_in
from noticing.problems import Problem
from noticing.web.layout import BUILT, homes_of

WORKER, WORKER_OFF = "sw.js", Path(__file__).parent / "static" / "worker_off.js"
FOREVER = "public, max-age=31536000, immutable"
TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}

blueprint = Blueprint("shell", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/")
def start() -> BaseResponse | str:
    """What Noticing is, for a visitor; the way on for who is signed in, a choice where there are several."""
    homes = homes_of(current_actor().roles) if is_signed_in() else []
    if len(homes) == 1:
        return redirect(homes[0].url, 303)
    return render_template("start.html", is_signed_in=is_signed_in(), homes=homes)


@blueprint.get("/app/", defaults={"path": "index.html"})
@blueprint.get("/app/<path:path>")
def app(path: str) -> Response:
    """The tablet app. Its worker and its first page are asked for anew each time; hashed files never again."""
    if path == WORKER and not current_app.config["NOTICING"].has_app_worker:
        return _send_from(WORKER_OFF.parent, WORKER_OFF.name)  # not of the build, which may be what is broken
    return _send("app", path)


@blueprint.get("/static/built/pages/<path:path>")
def built(path: str) -> Response:
    return _send("pages", path)


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """Browsers ask for it by this name for whatever is no page of ours, such as a PDF."""
    return _send("app", "icon-192.png")


def _send(folder: str, path: str) -> Response:
    return _send_from(BUILT / folder, path)


def _send_from(folder: Path, path: str) -> Response:
    try:
        answer = send_from_directory(folder, path, conditional=True)
    except NotFound:
        raise Problem("app-not-built" if path == "index.html" else "not-found") from None
    answer.content_type = TYPES.get(PurePosixPath(path).suffix, answer.content_type)
    is_hashed = "assets" in PurePosixPath(path).parts
    answer.headers["Cache-Control"] = FOREVER if is_hashed else "no-cache"
    return answer
