"""By which names the server may be addressed, and how its own address is written into letters and links.

What a request says in its Host header comes from outside. A name that nobody has set up opens nothing: else a
strange site could point its own name at a server of the school's network, or get it into a letter.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import current_app, request

from noticing.problems import Problem


def assert_known_host() -> None:
    """Loopback, a bare address, this machine's own name, and the host of NOTICING_URL. Nothing else."""
    host = (urlsplit(f"//{request.host}").hostname or "").rstrip(".")
    if not _is_address(host) and host not in _own_names():
        raise Problem("host-unknown")


def write_address(path: str) -> str:
    """The whole address of a path: by NOTICING_URL, or as the visitor reaches the server just now."""
    return (current_app.config["NOTICING_URL"] or request.host_url).rstrip("/") + path


def is_only_here(address: str) -> bool:
    """Whether an address leads everybody to a machine of their own."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _own_names() -> set[str]:
    machine = socket.gethostname().lower()
    named = urlsplit(current_app.config["NOTICING_URL"]).hostname
    return {"localhost", machine, machine.split(".")[0] + ".local", *([named] if named else [])}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
