"""`noticing`, with the app's files from a folder of a test's own, and with pushes held back while it wants that."""

import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

import noticing.app
from noticing.web import shell

FOLDER = Path(os.environ["NOTICING_TEST_BUILD"])

make_app = noticing.app.create_app


def create_app(*given: Any) -> Flask:
    app = make_app(*given)
    app.before_request(hold_pushes)
    return app


def hold_pushes() -> Response | None:
    is_push = request.path == "/api/v1/sync/push"
    return Response(status=503) if is_push and (FOLDER / "pushes-held").exists() else None


# Not under `__main__`: the server's workers read this file, too, if they are not forked.
shell.BUILT = FOLDER
noticing.app.create_app = create_app

if __name__ == "__main__":
    from noticing.cli import main

    sys.exit(main())
