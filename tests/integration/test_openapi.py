"""What OpenAPI says of the doors is true: requests made from it find no fault, and every answer is one that it names.

The requests are made by schemathesis, a fixed number of them, well formed and not. A device signs each as it goes out.
"""

import functools
import hashlib
import io
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from conftest import disposing, make_app
from device import Device, Visit, read
from noticing import problems
from noticing.entry_log.entry import Entry
from noticing.entry_log.running_hash import NOTHING, extend_running_hash
from noticing.feedback.wording_rules import ERRORS
from noticing.protocols.kinds import KINDS
from noticing.protocols.payloads import FIELDS
from noticing.sync import set_aside, wire
from noticing.sync.stream_key import is_signed, text_to_sign
from school import School, make_school, sign_in

EXAMPLES = 25
DOORS = [
    ("GET", "/api/v1/me"),
    ("POST", "/api/v1/sync/streams"),
    ("GET", "/api/v1/sync/hello"),
    ("POST", "/api/v1/sync/push"),
    ("POST", "/api/v1/sync/chunk"),
    ("POST", "/api/v1/sync/verify"),
    ("GET", "/api/v1/sync/changes"),
    ("HEAD", "/api/v1/sync/photos/{sha256}"),
    ("PATCH", "/api/v1/sync/photos/{sha256}"),
    ("POST", "/api/v1/sync/photos/{sha256}/lost"),
    ("GET", "/observations/{observation_id}/photos/{entry_id}"),
]
HOLD = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


class Asker:
    """The server, asked by somebody: whatever is sent through this, she says who she is."""

    def __init__(self, app: Flask, prove: Callable[[dict[str, Any]], Mapping[str, str]]) -> None:
        self.app, self.prove = app, prove

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        for name, value in self.prove(environ).items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        environ["HTTP_ACCEPT_ENCODING"] = "identity"  # nobody unzips on the way back
        return self.app(environ, start_response)


def sign(device: Device, environ: dict[str, Any]) -> dict[str, str]:
    """The headers of a signature over what is really sent."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    return device.signed(environ["REQUEST_METHOD"], path, body)


def show_session(app: Flask, school: School) -> dict[str, str]:
    client = app.test_client()
    sign_in(client, school.email("lee"))
    cookie = client.get_cookie("noticing-session")
    assert cookie
    return {
        "Cookie": f"noticing-session={cookie.value}",
        "X-CSRFToken": client.get("/api/v1/me").get_json()["csrf_token"],
        "Noticing-Nonce": secrets.token_urlsafe(12),
    }


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("openapi")
    file = folder / "noticing.db"
    file.write_bytes(sqlite_template.read_bytes())
    yield from disposing(make_app(f"sqlite:///{file}", folder))


@pytest.fixture(scope="module")
def school(app: Flask) -> School:
    return make_school(app)


@pytest.fixture(scope="module")
def lee(app: Flask, school: School) -> Device:
    device = Device(app, school.people["lee"])
    visit = Visit(device, school)
    device.push([visit.start, visit.mark(), visit.mark()])
    return device


@pytest.fixture(scope="module")
def askers(app: Flask, school: School, lee: Device) -> dict[str, Asker]:
    session = show_session(app, school)
    return {
        "a device": Asker(app, functools.partial(sign, lee)),
        "a session": Asker(app, lambda _environ: session),
        "nobody": Asker(app, lambda _environ: {}),
    }


def test_every_door_is_asked(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    methods = {"get", "post", "head", "patch", "put", "delete"}
    assert {(method.upper(), path) for path in described for method in methods & set(described[path])} == set(
        DOORS
    )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("who", ["a device", "a session", "nobody"])
@pytest.mark.parametrize(("method", "path"), DOORS)
def test_no_request_finds_a_fault_and_every_answer_is_described(
    askers: dict[str, Asker], lee: Device, who: str, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", askers[who])[path][method]

    @given(case=operation.as_strategy(generation_mode=mode), is_own=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case, is_own: bool) -> None:
        if is_own and isinstance(case.body, dict) and "stream_id" in case.body:
            case.body["stream_id"] = lee.stream_id
        if is_own and isinstance(case.query, dict) and "stream_id" in case.query:
            case.query["stream_id"] = lee.stream_id
        answer = case.call()
        case.validate_response(answer, checks=CHECKS.get_by_names(HOLD))

    ask()


# What docs/sync-api.md says of all this. A stranger has nothing else.

GUIDE = (Path(__file__).parents[2] / "docs/sync-api.md").read_text()


def test_the_guide_tells_of_every_door() -> None:
    assert [f"{method} {path}" for method, path in DOORS if f"`{method} {path}" not in GUIDE] == []


@pytest.mark.parametrize("codes", [problems.CATALOGUE, set_aside.CATALOGUE, ERRORS])
def test_the_guide_tells_of_every_code(codes: Iterable[str]) -> None:
    assert {code for code in codes if f"`{code}`" not in GUIDE} == set()


def test_the_guide_gives_every_problem_its_status() -> None:
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| (\d{3}) \|", GUIDE, re.MULTILINE)
    said = {code: int(status) for codes, status in rows for code in re.findall(r"`([a-z-]+)`", codes)}
    assert len(said) > 20
    assert said == {code: problems.CATALOGUE[code].status for code in said}


def test_the_guide_tells_of_every_kind_and_every_field() -> None:
    shapes = (wire.Me, wire.Enrolment, wire.Hello, wire.Push, wire.PushAnswer, wire.Chunk, wire.ChunkAnswer)
    shapes += (wire.ClockSample, wire.Sealed, wire.Verify, wire.Verified, wire.Changes, Entry)
    words = set(re.findall(r"[a-z_0-9.]+", GUIDE))
    assert {name for shape in shapes for name in shape.__struct_fields__} - words == set()
    assert set(KINDS) - words == set()
    assert {name for fields in FIELDS.values() for name in fields} - words == set()


def test_the_worked_signature_is_one() -> None:
    of_guide = dict(
        re.findall(r"^\| (.+?) \| (.+) \|$", GUIDE.partition("A worked example")[2], re.MULTILINE)
    )
    text = json.loads(of_guide["the text, as JSON"].strip("`"))
    assert of_guide["the text's bytes"].strip("`") == text.encode().hex()
    body = of_guide["the body, 17 bytes"].strip("`").encode()
    assert text == text_to_sign("POST", "/api/v1/sync/push", "b7Yh2LmN4xQ", body).decode()
    assert hashlib.sha256(body).hexdigest() == of_guide["its SHA-256"].strip("`")
    sent = of_guide["as it is sent"].strip("`")
    assert of_guide["a signature, `r` then `s`"].replace("`", "").replace(" ", "") == read(sent).hex()
    key = {name: of_guide[f"public key `{name}`"].strip("`") for name in "xy"}
    assert is_signed(key, sent, text.encode())


def test_the_worked_hashes_are_right() -> None:
    first, second = (hashlib.sha256(body).digest() for body in (b"{}", b'{"n":1}'))
    mixed = bytes(a ^ b for a, b in zip(first, second, strict=True))
    marks = [extend_running_hash(NOTHING, hashes) for hashes in ([first], [first, second])]
    for found in (first, second, *marks, mixed):
        assert f"`{found.hex()}` |" in GUIDE
