"""The `noticing` command, as typed in a terminal."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from live_server import LiveServer, free_port
from noticing.accounts import pairings, people, places
from noticing.app import create_app
from noticing.cli import main
from noticing.clock import now
from noticing.config import Config
from noticing.database import db

Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """`say("school", "add", …)`: exit code, and what was answered."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "noticing.db").write_bytes(sqlite_template.read_bytes())

    def run(*words: str) -> tuple[int, str]:
        code = main([*words, "--data", str(folder)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_command_in_another_folder_makes_no_new_school_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["school", "add", "--name", "X"], ["backup", str(tmp_path / "backups")]):
        assert main([*words, "--data", str(tmp_path / "elsewhere")]) == 2
        assert f"There is no Noticing data in {tmp_path / 'elsewhere'}." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_address_without_https_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--url", "noticing.school.example", "--data", str(tmp_path / "data")]) == 2
    assert "noticing.school.example is no whole address" in capsys.readouterr().err


@pytest.fixture
def school(say: Say) -> Say:
    """A school with Ms Rivera in it."""
    assert say("school", "add", "--name", "Lincoln")[0] == 0
    assert add_rivera(say)[0] == 0
    return say


def add_rivera(say: Say, *more: str) -> tuple[int, str]:
    return say("person", "add", "--name", "Ms Rivera", "--email", "r@x.org", "--role", "teacher", *more)


def look(tmp_path: Path) -> Iterator[None]:
    app = create_app(Config.from_environment(tmp_path / "data"))
    with app.app_context():
        yield
        db.engine.dispose()


def test_adding_a_person_prints_a_link_to_hand_over(school: Say) -> None:
    code, said = school("person", "link", "--email", "r@x.org", "--url", "https://noticing.school.org")
    assert code == 0
    assert "on this machine only" not in said
    assert "on this machine only" in school("person", "link", "--email", "r@x.org")[1]
    assert re.search(r"https://noticing\.school\.org/set-up/\S{40,}", said)


@pytest.mark.parametrize(
    ("how", "address"),
    [
        ("--port 47113", "http://localhost:47113"),
        ("--port 47113 --url https://n.example", "https://n.example"),
    ],
)
def test_a_link_leads_to_where_the_server_was_started(
    how: str, address: str, school: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "http://localhost:8000/set-up/" in school("person", "link", "--email", "r@x.org")[1]
    monkeypatch.setattr("noticing.serve.run", lambda *_: 0)
    assert school("serve", "--empty", *how.split())[0] == 0
    said = school("person", "link", "--email", "r@x.org")[1]
    assert f"{address}/set-up/" in said
    assert ("on this machine only" in said) == ("localhost" in address)
    chosen = ("--url", "https://other.example")
    assert "https://other.example/set-up/" in school("person", "link", "--email", "r@x.org", *chosen)[1]


def test_a_coach_can_be_added_with_her_teachers(school: Say, tmp_path: Path) -> None:
    lee = ("--name", "Coach Lee", "--email", "lee@x.org", "--role", "coach", "--coach-of", "r@x.org")
    assert school("person", "add", *lee, "--school", "lincoln")[0] == 0
    for _ in look(tmp_path):
        coach, teacher = people.person_of_email("lee@x.org"), people.person_of_email("r@x.org")
        assert coach
        assert teacher
        assert pairings.pairing_between(coach.person_id, teacher.person_id)
        assert people.actor_of(coach.person_id).roles == {"coach"}


def test_a_class_can_be_added(school: Say, tmp_path: Path) -> None:
    words = "--school Lincoln --teacher r@x.org --title 4B --grade 4 --subject Math --room 12 --students 22"
    assert school("class", "add", *words.split())[0] == 0
    for _ in look(tmp_path):
        tenant_id = places.first_tenant_id()
        assert tenant_id
        assert list(places.schools_of(tenant_id).values()) == ["Lincoln"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("person add --name X --email r@x.org --role coach", "Somebody has this address already."),
        (
            "person add --name X --email n@x.org --role teacher --school Nowhere",
            "There is no school Nowhere.",
        ),
        (
            "person add --name X --email n@x.org --role coach --coach-of no@x.org",
            "Nobody has the address no@x.org.",
        ),
        (
            "person add --name X --email n@x.org --role teacher --coach-of r@x.org",
            "--coach-of needs --role coach.",
        ),
        ("person link --email no@x.org", "Nobody has the address no@x.org."),
        ("person pair --coach r@x.org --teacher r@x.org", "r@x.org is no coach."),
        ("person unpair --coach r@x.org --teacher r@x.org", "These two do not work together now."),
        ("person grant-role --email r@x.org --role teacher", "holds that role there already."),
        ("person end-role --email r@x.org --role coach", "does not hold that role there."),
        ("person end-role --email r@x.org --role teacher --school Lincoln", "does not hold that role there."),
        ("serve --tls-cert pyproject.toml", "TLS needs both --tls-cert and --tls-key."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(school: Say, words: str, sentence: str) -> None:
    code, said = school(*words.split())
    assert code == 2
    assert sentence in said
    assert "Traceback" not in said


@pytest.fixture
def pair(school: Say) -> Say:
    """Coach Lee, who works with Ms Rivera."""
    lee = ("--name", "Coach Lee", "--email", "lee@x.org", "--role", "coach", "--coach-of", "r@x.org")
    assert school("person", "add", *lee)[0] == 0
    return school


LEE_AND_RIVERA = ("--coach", "lee@x.org", "--teacher", "r@x.org")


def are_paired(tmp_path: Path) -> bool:
    for _ in look(tmp_path):
        coach, teacher = people.person_of_email("lee@x.org"), people.person_of_email("r@x.org")
        assert coach
        assert teacher
        found = pairings.pairing_between(coach.person_id, teacher.person_id) is not None
    return found


def test_a_pairing_is_ended_and_begun_again(pair: Say, tmp_path: Path) -> None:
    assert pair("person", "unpair", *LEE_AND_RIVERA)[0] == 0
    assert not are_paired(tmp_path)
    assert pair("person", "pair", *LEE_AND_RIVERA)[0] == 0
    assert are_paired(tmp_path)


def test_a_teacher_is_paired_with_a_coach_and_not_the_other_way(pair: Say) -> None:
    code, said = pair("person", "pair", "--coach", "r@x.org", "--teacher", "lee@x.org")
    assert (code, "r@x.org is no coach." in said) == (2, True)
    pair("person", "grant-role", "--email", "r@x.org", "--role", "coach")
    code, said = pair("person", "pair", "--coach", "r@x.org", "--teacher", "lee@x.org")
    assert (code, "lee@x.org is no teacher." in said) == (2, True)


def test_nobody_coaches_somebody_who_does_not_teach(pair: Say) -> None:
    adler = ("--name", "Coach Adler", "--email", "a@x.org", "--role", "coach", "--coach-of", "lee@x.org")
    code, said = pair("person", "add", *adler)
    assert (code, "lee@x.org is no teacher." in said) == (2, True)


def test_a_role_is_given_and_ended(pair: Say, tmp_path: Path) -> None:
    assert (
        pair("person", "grant-role", "--email", "lee@x.org", "--role", "principal", "--school", "Lincoln")[0]
        == 0
    )
    assert roles_of("lee@x.org", tmp_path) == {"coach", "principal"}
    assert pair("person", "end-role", "--email", "lee@x.org", "--role", "coach")[0] == 0
    assert roles_of("lee@x.org", tmp_path) == {"principal"}
    assert not are_paired(tmp_path)


def test_an_account_is_closed(pair: Say, tmp_path: Path) -> None:
    assert pair("person", "close", "--email", "lee@x.org")[0] == 0
    assert roles_of("lee@x.org", tmp_path) == frozenset()
    assert not are_paired(tmp_path)
    assert pair("person", "link", "--email", "lee@x.org") == (2, "This account is closed.\n")


def test_signing_somebody_out_raises_the_mark_of_her_sessions(pair: Say, tmp_path: Path) -> None:
    assert pair("person", "sign-out", "--email", "lee@x.org")[0] == 0
    for _ in look(tmp_path):
        lee = people.person_of_email("lee@x.org")
        assert lee
        assert (lee.session_mark, lee.is_active) == (1, True)


@pytest.mark.parametrize("words", ["person close", "person end-role --role admin"])
def test_the_only_administrator_stays(pair: Say, words: str) -> None:
    for email in ("dana@x.org", "sam@x.org"):
        assert pair("person", "add", "--name", "X", "--email", email, "--role", "admin")[0] == 0
    assert pair(*words.split(), "--email", "dana@x.org")[0] == 0
    code, said = pair(*words.split(), "--email", "sam@x.org")
    assert (code, said) == (2, "This is the only administrator. Give somebody else that role first.\n")


def roles_of(email: str, tmp_path: Path) -> frozenset[str]:
    for _ in look(tmp_path):
        person = people.person_of_email(email)
        assert person
        roles = people.actor_of(person.person_id).roles
    return roles


def test_a_link_names_the_address_that_was_set_up(school: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTICING_URL", "https://noticing.school.org/")
    assert "https://noticing.school.org/set-up/" in school("person", "link", "--email", "r@x.org")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--tls-cert nowhere.pem --tls-key key.pem", "--tls-cert: nowhere.pem cannot be read: No such file"),
        ("--tls-cert cert.pem --tls-key other.pem", "other.pem does not belong to the certificate cert.pem."),
        ("--tls-cert cert.pem --tls-key text.pem", "cannot be used. Both must be PEM files"),
        ("--port 70000", "There is no port 70000."),
    ],
)
def test_what_cannot_be_served_is_said_before_anything_else(
    say: Say, words: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_certificate(tmp_path)
    (tmp_path / "key.pem").rename("other.pem")
    make_certificate(tmp_path)[0].rename("unused.pem")
    (tmp_path / "cert.pem").write_bytes((tmp_path / "unused.pem").read_bytes())
    (tmp_path / "text.pem").write_text("no key")
    code, said = say("serve", *words.split())
    assert code == 2
    assert sentence in said
    assert said.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["serve", "--data", str(tmp_path / "file/data")]) == 2
    assert "The data cannot lie in" in capsys.readouterr().err


def test_migrating_is_a_command(say: Say) -> None:
    assert say("migrate") == (0, "The database has the tables of this version.\n")


# The server itself, in a process of its own.


@pytest.fixture
def empty_server(start_server: Callable[..., LiveServer]) -> LiveServer:
    return start_server("--empty")


def test_an_empty_server_prints_a_link_that_works_once(empty_server: LiveServer) -> None:
    found = re.search(r"http://\S+(/set-up/\S+)", empty_server.output())
    assert found
    with urllib.request.urlopen(empty_server.url + found[1]) as page:
        assert "Welcome to Noticing" in page.read().decode()
    assert found[1] not in empty_server.output().split("Stop with Ctrl-C")[1]


def test_it_says_where_the_data_lies_and_how_a_tablet_gets_there(empty_server: LiveServer) -> None:
    said = empty_server.output()
    assert str(empty_server.data) in said
    assert f"http://localhost:{empty_server.port}/" in said
    assert "https://" in said
    assert f"adb reverse tcp:{empty_server.port} tcp:{empty_server.port}" in said


def test_control_c_in_a_terminal_stops_it_cleanly(empty_server: LiveServer) -> None:
    """A terminal sends it to the workers as well."""
    assert empty_server.process
    os.killpg(empty_server.process.pid, signal.SIGINT)
    assert empty_server.process.wait(20) == 0
    assert "Traceback" not in empty_server.output()


def test_closing_the_terminal_stops_it_cleanly(empty_server: LiveServer) -> None:
    """A closed terminal tells every process, too."""
    assert empty_server.process
    os.killpg(empty_server.process.pid, signal.SIGHUP)
    assert empty_server.process.wait(20) == 0
    said = empty_server.output()
    assert f"Stopped. What was sent is in {empty_server.data}." in said
    assert "INFO" not in said.split("Stop with Ctrl-C")[0]
    assert not is_listening(empty_server.port)


def test_a_first_process_that_is_killed_leaves_no_worker_on_its_port(empty_server: LiveServer) -> None:
    assert empty_server.process
    empty_server.process.kill()
    empty_server.process.wait(20)
    until = time.monotonic() + 20
    while is_listening(empty_server.port):
        assert time.monotonic() < until
        time.sleep(0.1)


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


def test_sigterm_stops_it_cleanly(empty_server: LiveServer) -> None:
    assert empty_server.process
    empty_server.process.terminate()
    assert empty_server.process.wait(20) == 0


def test_started_again_it_has_its_data_and_a_new_link(empty_server: LiveServer) -> None:
    first = re.findall(r"/set-up/\S+", empty_server.output())
    assert empty_server.stop() == 0
    empty_server.start()
    both = re.findall(r"/set-up/\S+", empty_server.output())
    assert len(both) == len(set(both)) == len(first) + 1
    with pytest.raises(urllib.error.HTTPError, match="410"):
        urllib.request.urlopen(empty_server.url + first[0])


def test_it_prints_the_address_that_was_chosen(start_server: Callable[..., LiveServer]) -> None:
    server = start_server("--empty", "--url", "https://noticing.school.example/")
    assert "https://noticing.school.example/set-up/" in server.output()
    request = urllib.request.Request(f"{server.url}/sign-in", headers={"Host": "noticing.school.example"})
    with urllib.request.urlopen(request) as page:  # the workers know it, too
        assert page.status == 200


def test_a_port_in_use_is_said_in_a_sentence(empty_server: LiveServer, tmp_path: Path) -> None:
    command = [
        Path(sys.executable).with_name("noticing"),
        "serve",
        "--empty",
        "--port",
        str(empty_server.port),
    ]
    second = subprocess.run(
        [*command, "--data", tmp_path / "second"], capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 2
    assert f"Port {empty_server.port} is in use." in second.stderr
    assert "Traceback" not in second.stderr


def test_with_a_certificate_it_serves_https_and_its_cookies_are_secure(
    tmp_path: Path,
) -> None:
    certificate, key = make_certificate(tmp_path)
    server = TlsServer(tmp_path / "tls", "--empty", "--tls-cert", str(certificate), "--tls-key", str(key))
    try:
        server.start()
        assert f"https://localhost:{server.port}/" in server.output()
        trusting = ssl.create_default_context(cafile=str(certificate))
        with urllib.request.urlopen(f"https://localhost:{server.port}/sign-in", context=trusting) as page:
            assert "Secure" in page.headers["Set-Cookie"]
    finally:
        server.kill()


class TlsServer(LiveServer):
    def _answers(self) -> bool:
        return is_listening(self.port)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody has signed but itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def test_a_body_of_fifty_megabytes_gets_its_answer(empty_server: LiveServer) -> None:
    request = urllib.request.Request(
        f"{empty_server.url}/api/v1/sync/push", data=bytes(50 * 1024**2), method="POST"
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 413
    assert json.load(refused.value)["code"] == "too-large"


def test_the_demo_is_not_opened_as_a_place_for_real_data(live_server: LiveServer) -> None:
    assert live_server.stop() == 0
    command = [
        Path(sys.executable).with_name("noticing"),
        "serve",
        "--empty",
        "--port",
        str(live_server.port),
    ]
    second = subprocess.run(
        [*command, "--data", live_server.data], capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 2
    assert "Choose another place with --data DIR." in second.stderr


def test_the_demo_names_its_accounts_and_warns_on_a_network(
    start_server: Callable[..., LiveServer], demo_data: Path, tmp_path: Path
) -> None:
    server = start_server("--demo", "--lan", data=Path(shutil.copytree(demo_data, tmp_path / "demo")))
    said = server.output()
    assert "noticing-demo" in said
    assert "WARNING: everybody on this network can sign in" in said


def test_a_demo_school_that_was_interrupted_says_what_to_do(school: Say, tmp_path: Path) -> None:
    (tmp_path / "data" / "demo-unfinished").touch()
    code, said = school("serve", "--demo", "--port", str(free_port()))
    assert code != 0
    assert "interrupted while it was made" in said
