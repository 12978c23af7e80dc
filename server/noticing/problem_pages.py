"""How a Problem is shown: JSON to the app, a page to a person. Also turns every other failure into one."""

import traceback

from flask import Flask, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from noticing.database import db, is_disk_full
from noticing.problems import Problem

CODES = {
    400: "not-understood",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "wrong-content-type",
    429: "too-many-tries",
}
RETRY_AFTER = {"busy": 2}  # seconds


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, show)
    app.register_error_handler(HTTPException, _show_http)
    for lost in (OperationalError, InterfaceError, DisconnectionError, PoolTimeout):
        app.register_error_handler(lost, _show_database_away)
    app.register_error_handler(Exception, _show_fault)


def show(problem: Problem) -> BaseResponse:
    """The answer to a client: application/problem+json under /api, a page elsewhere."""
    if _wants_json():
        answer = make_response(problem.as_json(), problem.kind.status)
        answer.content_type = "application/problem+json"
    elif problem.code == "sign-in-needed" and request.method in ("GET", "HEAD"):
        return redirect(url_for("accounts.sign_in", next=_this_path()), 303)
    else:
        answer = make_response(render_template("problem.html", problem=problem), problem.kind.status)
    answer.headers["Cache-Control"] = "no-store"
    after = RETRY_AFTER.get(problem.code, 60 if problem.kind.status == 429 else None)
    if after is not None:
        answer.headers["Retry-After"] = str(after)
    return answer


def _wants_json() -> bool:
    return request.path.startswith("/api/") or request.path == "/healthz"


def _this_path() -> str:
    return request.full_path.removesuffix("?")


def _show_http(error: HTTPException) -> BaseResponse | HTTPException:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    if status >= 500:
        current_app.logger.error("%s answered %s", request.endpoint, status)
    answer = show(Problem(CODES.get(status, "not-understood" if status < 500 else "server-fault")))
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _show_database_away(error: Exception) -> BaseResponse:
    current_app.logger.error("the database failed in %s: %s", request.endpoint, type(error).__name__)
    _forget_transaction()
    return show(Problem("no-room" if is_disk_full(error) else "database-away"))


def _show_fault(error: Exception) -> BaseResponse:
    # Where, but not what it says: the message of a database error carries the values of the row.
    where = "".join(traceback.format_tb(error.__traceback__))
    current_app.logger.error("a fault in %s: %s\n%s", request.endpoint, type(error).__name__, where)
    _forget_transaction()
    return show(Problem("server-fault"))


def _forget_transaction() -> None:
    try:
        db.session.rollback()
    except Exception:  # noqa: BLE001 - the connection is gone; the session must still be let go
        db.session.remove()
