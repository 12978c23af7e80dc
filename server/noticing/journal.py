"""Log lines: one for each answer, by the route's name, so that no address with an id or a token gets in."""

import logging
import sys
import time
import traceback
from pathlib import Path

from flask import Flask, Response, g, request

access = logging.getLogger("noticing.access")
FILES = ("shell.app", "shell.built", "shell.icon")  # sent by the dozen, and nobody looks for them
QUIET = ("flask-limiter", "alembic", "fontTools", "weasyprint")


def init_app(app: Flask) -> None:
    app.before_request(_note_start)
    app.after_request(_say_answer)


def set_up_logging(level: int = logging.INFO) -> None:
    """Lines to the standard error output, readable and easy to search: `time level words key=value`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def say_where(fault: BaseException) -> str:
    """Of what kind a fault is and where it arose. Not its words: they may quote what somebody wrote."""
    frames = traceback.extract_tb(fault.__traceback__, limit=-4)
    return " ".join([type(fault).__name__, *(f"{Path(each.filename).name}:{each.lineno}" for each in frames)])


def _note_start() -> None:
    g.started = time.perf_counter()


def _say_answer(response: Response) -> Response:
    if request.endpoint in FILES and response.status_code < 400:
        return response
    took_ms = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    route = request.url_rule.rule if request.url_rule else "(no route)"
    access.info("answer %s %s status=%s ms=%.0f", request.method, route, response.status_code, took_ms)
    return response
