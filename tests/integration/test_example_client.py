"""The example client of docs/example against the real server: what it says is on a disk is there, whatever dies."""

import contextlib
import importlib
import json
import random
import re
import shlex
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from example_tablet import AGREES, EXAMPLE, HANG_SECONDS, LEE, Tablet, ask, id_of, stored
from live_server import LiveServer
from noticing import demo

JPEG = b"\xff\xd8\xff\xe0" + b"four posters on a wall, " * 30_000  # 0.7 MB: three parts
MODULES = ("log", "conversation")


def id_counts(server: LiveServer, bodies: list[bytes]) -> set[int]:
    """How often the server has each of these entries in its log."""
    counted = "SELECT count(*) FROM log_entry WHERE entry_id = ?"
    names = [id_of(body) for body in bodies]
    return {ask(server.data / "noticing.db", counted, name)[0][0] for name in names}


@pytest.fixture
def tablet(live_server: LiveServer, tmp_path: Path) -> Tablet:
    return Tablet(tmp_path / "tablet.db", live_server.url).enrol()


def test_a_whole_visit_arrives_byte_for_byte(live_server: LiveServer, tablet: Tablet, tmp_path: Path) -> None:
    (tmp_path / "wall.jpg").write_bytes(JPEG)
    assert tablet.run("visit", "lesson-clarity") == "1\n"
    assert tablet.run("mark", "goal_visible", "3") == "2\n3\n4\n"
    tablet.run("photo", "no_such_item", str(tmp_path / "wall.jpg"), "Four posters on a wall")
    said = tablet.run("sync")
    assert "set aside: 5 item-unknown: This protocol has no such item" in said
    assert said.endswith("all is on the server's disk\n")
    assert stored(live_server, tablet) == tablet.bodies()
    assert tablet.acknowledged() == 5
    assert [file.read_bytes() for file in (live_server.data / "photos").rglob("*") if file.is_file()] == [
        JPEG
    ]
    assert tablet.run("verify") == AGREES
    assert ask(live_server.data / "noticing.db", "SELECT count(*) FROM log_entry WHERE kind = 'item.marked'")


def test_what_its_first_lines_say_to_type_works_as_it_stands_there(
    live_server: LiveServer, tmp_path: Path
) -> None:
    (tmp_path / "wall.jpg").write_bytes(JPEG)
    program = (EXAMPLE / "tablet.py").read_text()
    typed = [shlex.split(re.split(r" {3,}", line)[0]) for line in re.findall(r"\$tablet (.+)", program)]
    assert [words[0] for words in typed] == ["enrol", "visit", "mark", "visit", "photo", "sync", "verify"]
    tablet = Tablet(tmp_path / "tablet.db", live_server.url)
    said = ""
    for words in typed:
        here = [str(tmp_path / word) if word == "wall.jpg" else word for word in words]
        said += tablet.run(*here, said=demo.PASSWORD)
    assert said == f"1\n2\n3\n4\n5\n6\nall is on the server's disk\n{AGREES}"


@pytest.mark.parametrize(
    "words",
    [(), ("enrol",), ("visit",), ("visit", "a", "b"), ("mark",), ("mark", "goal", "many"), ("fly",)],
)
def test_a_command_that_it_does_not_know_is_answered_with_those_that_it_does(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    fault = refused(Tablet(tmp_path / "tablet.db", "http://127.0.0.1:9"), *words)
    assert "$tablet enrol" in fault


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("visit", "lesson-clarity"), "Enrol first"),
        (("mark", "goal_visible"), "Enrol first"),
        (("sync",), "Enrol first"),
        (("enrol", LEE), "ConnectionError"),
    ],
)
def test_what_cannot_be_done_on_a_new_tablet_is_said_in_a_sentence(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    tablet = Tablet(tmp_path / "tablet.db", "http://127.0.0.1:9")
    assert sentence in refused(tablet, *words)
    assert tablet.bodies() == []


def test_what_cannot_be_done_yet_is_said_in_a_sentence(tablet: Tablet) -> None:
    assert "Begin a visit first" in refused(tablet, "mark", "goal_visible")
    assert "no instrument dancing" in refused(tablet, "visit", "dancing")
    tablet.run("visit", "selective-script")
    assert "No such file" in refused(tablet, "photo", "work_shown", "nowhere.jpg", "A wall")
    assert len(tablet.bodies()) == 1


def refused(tablet: Tablet, *words: str) -> str:
    process = tablet.start(*words)
    out, fault = process.communicate("a password", timeout=HANG_SECONDS)
    assert (process.returncode, out) == (1, ""), out + fault
    assert "Traceback" not in fault
    return fault


def test_what_was_printed_outlives_kill_9_of_the_tablet_and_of_the_server(
    live_server: LiveServer, tablet: Tablet
) -> None:
    tablet.run("visit", "lesson-clarity")
    marking = tablet.start("mark", "goal_visible", "100000")
    assert marking.stdout
    printed = [int(next(marking.stdout)) for _ in range(700)]
    marking.kill()
    printed += [int(line) for line in marking.communicate()[0].splitlines() if line.strip()]
    assert len(tablet.bodies()) >= printed[-1] >= 700

    live_server.kill()
    syncing = tablet.start("sync")
    assert syncing.stdout
    assert next(syncing.stdout).startswith("trying again: ")
    syncing.kill()
    syncing.communicate()
    syncing = tablet.start("sync")
    assert next(syncing.stdout or iter([])).startswith("trying again: ")
    live_server.start()
    out, fault = syncing.communicate(timeout=HANG_SECONDS)
    assert syncing.returncode == 0, out + fault
    assert stored(live_server, tablet) == tablet.bodies()
    assert tablet.acknowledged() == len(tablet.bodies())


def test_a_copy_of_the_log_goes_on_in_a_stream_of_its_own(live_server: LiveServer, tablet: Tablet) -> None:
    tablet.run("visit", "lesson-clarity")
    tablet.run("sync")
    copy = Tablet(tablet.file.with_name("copy.db"), tablet.url)
    ask(tablet.file, "VACUUM INTO ?", str(copy.file))
    tablet.run("mark", "goal_visible", "3")
    copy.run("mark", "steps_shown", "2")
    tablet.run("sync")
    assert "going on in a new stream" in copy.run("sync")
    for each in (tablet, copy):
        assert stored(live_server, each) == each.bodies()
        assert each.acknowledged() == len(each.bodies())
        assert id_counts(live_server, each.bodies()) == {1}
    assert [json.loads(body)["kind"] for body in copy.bodies()[-2:]] == ["item.marked"] * 2


def test_a_server_from_yesterday_gets_the_rest_again(
    live_server: LiveServer, tablet: Tablet, tmp_path: Path
) -> None:
    tablet.run("visit", "lesson-clarity")
    tablet.run("sync")
    live_server.stop()
    yesterday = shutil.copytree(live_server.data, tmp_path / "yesterday")
    live_server.start()
    tablet.run("mark", "goal_visible", "5")
    tablet.run("sync")
    live_server.stop()
    shutil.rmtree(live_server.data)
    shutil.copytree(yesterday, live_server.data)
    live_server.start()
    assert len(stored(live_server, tablet)) == 1
    tablet.run("sync")
    assert stored(live_server, tablet) == tablet.bodies()
    assert len(tablet.bodies()) == 6


def test_verify_mends_what_was_spoilt_on_the_servers_disk(live_server: LiveServer, tablet: Tablet) -> None:
    tablet.run("visit", "lesson-clarity")
    tablet.run("mark", "goal_visible", "4")
    tablet.run("sync")
    live_server.stop()
    spoil = "UPDATE log_entry SET body = x'7b7d' WHERE kind = 'item.marked' AND entry_id = ?"
    ask(live_server.data / "noticing.db", spoil, id_of(tablet.bodies()[2]))
    live_server.start()
    assert stored(live_server, tablet) != tablet.bodies()
    assert tablet.run("verify") == "mending 1 to 5\n" + AGREES
    assert stored(live_server, tablet) == tablet.bodies()
    assert tablet.run("verify") == AGREES


def test_without_a_session_it_delivers_and_says_that_somebody_has_to_sign_in(
    live_server: LiveServer, tablet: Tablet
) -> None:
    tablet.run("visit", "lesson-clarity")
    ask(tablet.file, "UPDATE meta SET value = 'ended' WHERE name = 'session'")
    process = tablet.start("sync")
    _, fault = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 1
    assert "Everything is kept. 401 sign-in-needed" in fault
    assert stored(live_server, tablet) == tablet.bodies() != []
    tablet.enrol()


# The same in this process, over a network that does what it is told to.


class Network(HTTPAdapter):
    """Asks `meddle` before each request (an answer in its place, or None) and `lose` after: nothing comes back."""

    def __init__(
        self, meddle: Callable[[Any], Any] = lambda _: None, lose: Callable[[Any], bool] = lambda _: False
    ) -> None:
        super().__init__()
        self.meddle, self.lose, self.sent = meddle, lose, list[Any]()

    def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
        self.sent.append(request)
        answer = self.meddle(request)
        if answer is None:
            answer = super().send(request, **options)
        if self.lose(request):
            raise requests.ConnectionError("lost after the server had answered")
        return answer

    def count(self, path: str) -> int:
        return sum(request.path_url.startswith(path) for request in self.sent)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The example's own modules; others may have the same names."""
    with monkeypatch.context() as patch:
        patch.syspath_prepend(EXAMPLE)
        for name in MODULES:
            patch.delitem(sys.modules, name, raising=False)
        log, conversation = map(importlib.import_module, MODULES)
        patch.setattr(random, "uniform", lambda *_: 0)
        yield SimpleNamespace(**vars(log) | vars(conversation))
        for name in MODULES:
            sys.modules.pop(name, None)


def talk_over(network: Network, example: SimpleNamespace, tablet: Tablet) -> Any:
    talk = example.Conversation(example.Log(tablet.file), tablet.url)
    talk.http.mount("http://", network)
    return talk


def answering(status: int, request: Any, content: bytes = b"{}") -> requests.Response:
    """As the server itself says it."""
    answer = requests.Response()
    answer.status_code, answer._content = status, content
    answer.headers.update({"Noticing-Sync": "1", "Noticing-Nonce": request.headers["Noticing-Nonce"]})
    return answer


def is_push(request: Any) -> bool:
    return str(request.path_url) == "/api/v1/sync/push"


def test_an_answer_that_is_lost_after_the_commit_doubles_nothing(
    live_server: LiveServer, tablet: Tablet, example: SimpleNamespace
) -> None:
    tablet.run("visit", "lesson-clarity")
    tablet.run("mark", "goal_visible", "9")
    lost = iter([True])
    network = Network(lose=lambda request: is_push(request) and next(lost, False))
    talk = talk_over(network, example, tablet)
    stream = talk.log.stream()
    with pytest.raises(example.TryAgain):
        talk.push(stream, talk.log.entries(stream["stream_id"], 0))
    assert tablet.acknowledged() == 0
    talk.push(stream, talk.log.entries(stream["stream_id"], 0))
    talk.keep_in_step()
    assert network.count("/api/v1/sync/push") == 2
    assert tablet.acknowledged() == 10
    assert stored(live_server, tablet) == tablet.bodies()
    assert id_counts(live_server, tablet.bodies()) == {1}


def test_what_is_too_much_goes_in_halves_and_in_the_end_in_pieces(
    live_server: LiveServer, tablet: Tablet, example: SimpleNamespace
) -> None:
    tablet.run("visit", "lesson-clarity")
    tablet.run("mark", "goal_visible", "6")
    too_much = b'{"status": 413, "code": "too-large", "detail": ""}'
    network = Network(lambda request: answering(413, request, too_much) if is_push(request) else None)
    talk_over(network, example, tablet).keep_in_step()
    assert network.count("/api/v1/sync/chunk") >= len(tablet.bodies())
    assert stored(live_server, tablet) == tablet.bodies()
    assert tablet.acknowledged() == 7


def test_a_photo_goes_on_from_where_it_was_cut_off(
    live_server: LiveServer, tablet: Tablet, example: SimpleNamespace, tmp_path: Path
) -> None:
    (tmp_path / "wall.jpg").write_bytes(JPEG)
    tablet.run("visit", "lesson-clarity")
    tablet.run("photo", "goal_visible", str(tmp_path / "wall.jpg"), "Four posters on a wall")
    lost = iter([False, True])
    network = Network(lose=lambda request: request.method == "PATCH" and next(lost, False))
    talk_over(network, example, tablet).keep_in_step()
    offsets = [request.headers["Upload-Offset"] for request in network.sent if request.method == "PATCH"]
    assert offsets == ["0", "262144", "524288"]


def test_it_believes_no_captive_portal(tablet: Tablet, example: SimpleNamespace) -> None:
    """Its 200 has all that a push answer has, but not the header; then the header, but not the nonce."""
    tablet.run("visit", "lesson-clarity")
    with portal() as url:
        tablet.url = url
        talk = example.Conversation(example.Log(tablet.file), url)
        for _ in range(2):
            with pytest.raises(example.TryAgain, match="somebody else"):
                talk.deliver(talk.log.stream())
    assert tablet.acknowledged() == 0


def test_it_believes_no_mark_whose_hash_is_not_its_own(tablet: Tablet, example: SimpleNamespace) -> None:
    tablet.run("visit", "lesson-clarity")
    log = example.Log(tablet.file)
    [stream] = log.rows("SELECT * FROM streams")
    assert not log.believe(
        stream["stream_id"], {"acknowledged_through": 1, "acknowledged_hash": "00" * 32, "fork": None}
    )
    assert tablet.acknowledged() == 0
    assert len(tablet.bodies()) == 1
    assert log.stream()["stream_id"] != stream["stream_id"]


@contextlib.contextmanager
def portal() -> Iterator[str]:
    said = {"acknowledged_through": 1, "acknowledged_hash": "00" * 32, "reading": "open", "set_aside": []}
    headers: list[dict[str, str]] = [{}, {"Noticing-Sync": "1", "Noticing-Nonce": "made up"}]

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(said).encode()
            self.send_response(200)
            for pair in headers.pop(0).items():
                self.send_header(*pair)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_is_short_enough_to_be_read() -> None:
    lines = {file.name: len(file.read_text().splitlines()) for file in EXAMPLE.glob("*.py")}
    assert set(lines) == {"tablet.py", "conversation.py", "log.py"}
    assert max(lines.values()) <= 250
    imports = {found for file in EXAMPLE.glob("*.py") for found in IMPORT.findall(file.read_text())}
    assert imports - sys.stdlib_module_names == {"conversation", "cryptography", "log", "requests"}


IMPORT = re.compile(r"^(?:from|import) (\w+)", re.MULTILINE)
