"""The start page, the app's files, and the headers that everything carries."""

import logging
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from conftest import disposing, make_app
from noticing.accounts.people import end_role, grant_role
from noticing.config import Config
from noticing.web import shell
from school import School, make_school, sign_in


@pytest.fixture
def school(sqlite_app: Flask) -> School:
    return make_school(sqlite_app)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a build leaves, in small."""
    folder = tmp_path / "built"
    for name, content in {
        "app/index.html": "<!doctype html><title>app</title>",
        "app/sw.js": "// worker",
        "app/icon-192.png": "icon",
        "app/manifest.webmanifest": "{}",
        "app/assets/app-1a2b3c.js": "// app",
        "app/assets/letters-1a2b3c.woff2": "letters",
        "pages/assets/pages-1a2b3c.css": "body{}",
        "secret": "outside",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    monkeypatch.setattr(shell, "BUILT", folder)
    return folder


def test_a_visitor_sees_what_noticing_is_and_where_to_sign_in(sqlite_client: FlaskClient) -> None:
    page = sqlite_client.get("/").text
    assert '<html lang="en"' in page
    assert "Noticing is for instructional coaching" in page
    assert 'href="/sign-in"' in page
    assert '<link rel="manifest" href="/app/manifest.webmanifest">' in page


@pytest.mark.parametrize(
    ("who", "home"), [("lee", "/app/"), ("park", "/app/"), ("rivera", "/notes"), ("dana", "/people")]
)
def test_each_role_goes_on_to_its_own_place(
    sqlite_client: FlaskClient, school: School, who: str, home: str
) -> None:
    sign_in(sqlite_client, school.email(who))
    assert sqlite_client.get("/").location == home


def test_who_has_several_roles_chooses(sqlite_app: Flask, sqlite_client: FlaskClient, school: School) -> None:
    with sqlite_app.app_context():
        grant_role(school.people["rivera"], "coach")
    sign_in(sqlite_client, school.email("rivera"))
    page = sqlite_client.get("/").text
    assert 'class="door" href="/app/"' in page
    assert 'class="door" href="/notes"' in page
    assert 'class="door" href="/people"' not in page


def test_who_has_no_role_any_more_is_told_what_to_do(
    sqlite_app: Flask, sqlite_client: FlaskClient, school: School
) -> None:
    with sqlite_app.app_context():
        end_role(school.people["dana"], "admin")
    sign_in(sqlite_client, school.email("dana"))
    assert "Your account has no role yet." in sqlite_client.get("/").text


@pytest.mark.parametrize(
    ("path", "kind", "keep"),
    [
        ("/app/", "text/html", "no-cache"),
        ("/app/sw.js", "text/javascript", "no-cache"),
        ("/app/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/app/assets/app-1a2b3c.js", "text/javascript", "immutable"),
        ("/app/assets/letters-1a2b3c.woff2", "font/woff2", "immutable"),
        ("/static/built/pages/assets/pages-1a2b3c.css", "text/css", "immutable"),
    ],
)
@pytest.mark.usefixtures("built")
def test_a_built_file_has_its_type_and_is_kept_as_long_as_it_may(
    sqlite_client: FlaskClient, path: str, kind: str, keep: str
) -> None:
    answer = sqlite_client.get(path)
    assert answer.status_code == 200
    assert answer.content_type.startswith(kind)
    assert keep in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.usefixtures("built")
def test_browsers_find_an_icon_and_files_leave_no_line_in_the_log(
    sqlite_client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="noticing.access")
    assert sqlite_client.get("/favicon.ico").content_type == "image/png"
    assert sqlite_client.get("/app/sw.js").status_code == 200
    assert caplog.messages == []
    sqlite_client.get("/app/missing.js")
    sqlite_client.get("/")
    assert [line.split(" ms=")[0] for line in caplog.messages] == [
        "answer GET /app/<path:path> status=404",
        "answer GET / status=200",
    ]


@pytest.mark.parametrize(
    "path", ["/app/../secret", "/app/%2e%2e/secret", "/app/..%2fsecret", "/static/built/pages/..%2fsecret"]
)
@pytest.mark.usefixtures("built")
def test_no_path_leads_out_of_the_built_files(sqlite_client: FlaskClient, path: str) -> None:
    answer = sqlite_client.get(path)
    assert answer.status_code == 404
    assert "outside" not in answer.text


@pytest.mark.parametrize("is_built", [True, False])
def test_a_server_can_take_the_worker_away_even_if_nothing_is_built(
    sqlite_url: str, tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch, is_built: bool
) -> None:
    if not is_built:
        monkeypatch.setattr(shell, "BUILT", tmp_path / "nothing")
    app = make_app(sqlite_url, tmp_path, has_app_worker=False)
    answer = app.test_client().get("/app/sw.js")
    assert (answer.status_code, answer.content_type) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "unregister" in answer.text
    assert "indexedDB" not in answer.text
    assert app.test_client().get("/app/").status_code == (200 if is_built else 503)
    list(disposing(app))


@pytest.mark.parametrize(("said", "has_worker"), [("off", False), ("on", True), (None, True)])
def test_the_worker_is_taken_away_by_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, has_worker: bool
) -> None:
    monkeypatch.delenv("NOTICING_APP_WORKER", raising=False)
    if said:
        monkeypatch.setenv("NOTICING_APP_WORKER", said)
    assert Config.from_environment(tmp_path).has_app_worker is has_worker


def test_an_app_that_is_not_built_is_said(
    sqlite_client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "BUILT", tmp_path)
    answer = sqlite_client.get("/app/")
    assert answer.status_code == 503
    assert "app-not-built" in answer.text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/healthz", "/api/v1/me", "/notes", "/people"])
def test_every_answer_is_strict_and_kept_by_nobody(
    sqlite_client: FlaskClient, school: School, path: str
) -> None:
    for who in (None, "rivera"):
        if who:
            sign_in(sqlite_client, school.email(who))
        headers = sqlite_client.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        policy = headers["Content-Security-Policy"]
        for part in ("script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")


@pytest.mark.parametrize("who", ["dana", "rivera"])
def test_no_page_has_a_script_or_a_style_within_itself(
    sqlite_client: FlaskClient, school: School, who: str
) -> None:
    pages = [sqlite_client.get(path).text for path in ("/", "/sign-in", "/nothing")]
    sign_in(sqlite_client, school.email(who))
    pages += [sqlite_client.get(path).text for path in ("/people", "/notes")]
    for page in pages:
        assert "<style" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count('<script type="module" src=')
        assert " onclick" not in page


def test_behind_a_proxy_the_address_of_the_visitor_counts(sqlite_url: str, tmp_path: Path) -> None:
    for proxies, counts in ((0, "127.0.0.1"), (1, "198.51.100.7")):
        app = make_app(sqlite_url, tmp_path, proxies=proxies)
        app.view_functions["shell.start"] = lambda: str(request.remote_addr)
        answer = app.test_client().get("/", headers={"X-Forwarded-For": "198.51.100.7"})
        assert answer.text == counts
        list(disposing(app))
