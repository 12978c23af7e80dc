"""What the server says when it starts: where to open it, as whom, how tablets reach it, where the data lies."""

from collections.abc import Iterator

from noticing import demo
from noticing.accounts.hosts import is_only_here
from noticing.config import Config
from noticing.serve import Place


def describe(place: Place, config: Config, link: str | None) -> list[str]:
    return [
        "",
        *_where(config.public_url or place.local_url, link),
        "",
        *_whom(place),
        *_tablets(place),
        "",
        *_data(config),
        "",
    ]


def _where(url: str, link: str | None) -> Iterator[str]:
    yield f"Noticing is at   {url}/"
    if link:
        yield ""
        yield "The first administrator opens this link (once, within seven days) and chooses a password:"
        yield f"    {url}{link}"
        if is_only_here(url):
            yield "It opens on this machine only. For another one, start with --url https://…"
        yield "What comes after it: docs/administrators.md"


def _whom(place: Place) -> Iterator[str]:
    accounts = demo.accounts_there()
    if not accounts:
        return
    yield f"Sign in as (password of all: {demo.PASSWORD})"
    for email, words in accounts:
        yield f"    {email:<34} {words}"
    yield "    … and every teacher by her last name, such as okafor@demo.example"
    if not place.is_loopback:
        yield ""
        yield "WARNING: everybody on this network can sign in, for these passwords are public."
        yield "         Never put real observations into the demo school."
    yield ""


def _tablets(place: Place) -> Iterator[str]:
    if place.tls_cert and not place.is_loopback:
        yield f"Tablets          {place.lan_url}/ (they must trust your certificate)"
        return
    yield "Tablets          browsers install the app and keep it offline only over https:// (or on this"
    yield "                 machine itself). One of these opens the way:"
    yield "                 - a certificate:      --lan --tls-cert FILE --tls-key FILE"
    yield f"                   then                https://{place.lan_url.split('//')[1]}/"
    yield "                 - a reverse proxy with a certificate in front (set NOTICING_PROXIES=1, NOTICING_TLS=1)"
    yield "                 Say by which name tablets reach it: --url https://noticing.school.example"
    yield f"                 - Android by USB:     adb reverse tcp:{place.port} tcp:{place.port}"
    yield f"                   then                http://localhost:{place.port}/ on the tablet"
    if not place.is_loopback:
        yield f"                 Without it, {place.lan_url}/ shows pages and notes, but no app."


def _data(config: Config) -> Iterator[str]:
    yield f"The data lies in {config.data_dir}"
    if not config.database_url.startswith("sqlite"):
        yield "                 and in the PostgreSQL database of NOTICING_DATABASE_URL"
    yield "Stop with Ctrl-C. What was sent is on the disk."


def where_sent(config: Config) -> str:
    """Where entries lie, without an address that may hold a password."""
    if config.database_url.startswith("sqlite"):
        return str(config.data_dir)
    return "the PostgreSQL database of NOTICING_DATABASE_URL"
