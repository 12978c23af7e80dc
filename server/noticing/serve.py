"""Starting the server: granian with this app, after the database was brought up to date."""

import contextlib
import ctypes
import errno
import gc
import ipaddress
import os
import signal
import socket
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels

from noticing import journal
from noticing.config import Config

THREADS = 16  # twice what pushes may hold (sync/turns.py): hello and pages find one free
BACKLOG = 2048  # connections that wait: a district comes back online in the same minute
GARBAGE = (50_000, 20, 20)  # objects made before the next look, as gc.set_threshold takes it
PORTS = range(1, 65536)
PR_SET_PDEATHSIG = 1  # linux/prctl.h
ADDRESS = "address.txt"  # in the data folder: how the server that was started last is reached


class CannotServe(Exception):
    """Said to the person who started the server, in a sentence."""


@dataclass(frozen=True)
class Place:
    """Where the server listens, and by which certificate."""

    host: str
    port: int
    tls_cert: Path | None = None
    tls_key: Path | None = None
    workers: int = 1

    @property
    def scheme(self) -> str:
        return "https" if self.tls_cert else "http"

    @property
    def is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def local_url(self) -> str:
        is_any = self.host in ("0.0.0.0", "::")  # noqa: S104 - what somebody may have asked for
        host = "localhost" if is_any or self.is_loopback else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def lan_url(self) -> str:
        return f"{self.scheme}://{find_lan_address()}:{self.port}"


def assert_usable(place: Place) -> None:
    """What granian would end with a traceback, said before anything is prepared."""
    if place.port not in PORTS:
        raise CannotServe(f"There is no port {place.port}. Choose one from 1 to 65535 with --port.")
    _assert_certificate(place)
    _assert_free(place)


def _assert_certificate(place: Place) -> None:
    if bool(place.tls_cert) != bool(place.tls_key):
        raise CannotServe("TLS needs both --tls-cert and --tls-key.")
    if not place.tls_cert or not place.tls_key:
        return
    for option, file in (("--tls-cert", place.tls_cert), ("--tls-key", place.tls_key)):
        try:
            file.read_bytes()
        except OSError as error:
            raise CannotServe(f"{option}: {file} cannot be read: {error.strerror}.") from None
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place.tls_cert, place.tls_key, password=lambda: "")
    except ssl.SSLError as error:
        raise CannotServe(_fault_of_certificate(error, place)) from None


def _fault_of_certificate(error: ssl.SSLError, place: Place) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"The key {place.tls_key} does not belong to the certificate {place.tls_cert}."
    return (
        f"{place.tls_cert} and {place.tls_key} cannot be used. Both must be PEM files: "
        "the certificate with its chain, and its key without a password."
    )


def _assert_free(place: Place) -> None:
    """Granian shares ports between its processes, so it would not notice a server that is there already."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as error:
            raise CannotServe(_reason(error, place)) from None


def leave_address(place: Place, config: Config) -> None:
    """For commands that print a link, and know nothing of the port that was chosen."""
    with contextlib.suppress(OSError):  # a full disk keeps no server from starting
        (config.data_dir / ADDRESS).write_text(config.public_url or place.local_url, "utf-8")


def find_address(config: Config) -> str:
    try:
        return (config.data_dir / ADDRESS).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def run(place: Place, config: Config) -> int:
    """Serve until Ctrl-C, SIGTERM or the end of the terminal; open requests are answered first. The exit code."""
    os.environ |= {
        "NOTICING_DATA": str(config.data_dir),
        "NOTICING_DATABASE_URL": config.database_url,
        "NOTICING_URL": config.public_url,
        "NOTICING_TLS": "1" if place.tls_cert or config.is_behind_tls else "0",
        "NOTICING_DEMO": "1" if config.is_demo else "0",
    }
    server = Granian(
        "noticing.serve:make_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=place.host,
        port=place.port,
        workers=place.workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        http=HTTPModes.auto,
        log_level=LogLevels.error,
        ssl_cert=place.tls_cert,
        ssl_key=place.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        websockets=False,
    )
    # Granian would start its workers anew when the terminal is closed; under nohup that means nothing.
    has_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    setattr(server, "signal_handler_reload", _ignore if has_nohup else server.signal_handler_interrupt)  # noqa: B010
    try:
        # Not by its name: granian would look for a folder of that name where the server was started.
        server.serve(target_loader=make_app, wrap_loader=False)
    except SystemExit as stop:
        return 0 if server.interrupt_signal else int(stop.code or 0)
    return 0


def _ignore(*_signal: object) -> None:
    pass


def make_app() -> Flask:
    """The app of one worker process."""
    from noticing.app import create_app

    os.umask(0o077)
    # A terminal sends Ctrl-C to workers as well; told twice to stop, one sometimes hangs. The first process tells.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    if sys.platform == "linux":  # a first process that is killed must not leave workers on its port
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    journal.set_up_logging()
    app = create_app(Config.from_environment())
    gc.freeze()  # the program itself is never garbage: a push of a thousand entries need not look through it
    gc.set_threshold(*GARBAGE)
    return app


def find_lan_address() -> str:
    """This machine's address in its own network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _reason(error: OSError, place: Place) -> str:
    if error.errno == errno.EADDRINUSE:
        other = place.port + 1 if place.port + 1 in PORTS else 8000
        return (
            f"Port {place.port} is in use. If Noticing runs there already, open {place.local_url}/ or stop it with "
            f"Ctrl-C in its terminal. Else choose another port, such as --port {other}."
        )
    if error.errno == errno.EACCES:
        return f"Port {place.port} needs more rights. Choose one above 1023 with --port."
    return f"Cannot listen on {place.host}, port {place.port}: {error.strerror}."
