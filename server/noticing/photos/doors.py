"""The doors of the photos: in from a device, in parts; out through the entry that shows one."""

import re
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from noticing.accounts.doors import ask, current_actor
from noticing.entry_log.streams import StreamState
from noticing.photos import description, upload
from noticing.photos.holdings import is_sha256
from noticing.photos.sealed import Seal, assert_hers, read_seal, read_sealed_entry
from noticing.photos.showing import find_shown, read_content
from noticing.problem_pages import show
from noticing.problems import Problem
from noticing.sync.hello import find_own_stream
from noticing.sync.request_body import read_bytes
from noticing.sync.stream_key import signing_stream_id

CONTENT_TYPE = "application/offset+octet-stream"
_NUMBER = re.compile(r"[0-9]{1,15}")

blueprint = Blueprint("photos", __name__, description="Photos: in from a device, out through their entries")


@blueprint.route("/api/v1/sync/photos/<sha256>", endpoint="bring")
class Bring(MethodView):
    @blueprint.doc(**description.LOOK)
    def head(self, sha256: str) -> BaseResponse:
        """How far it has come."""
        return _say(
            Response(status=200), upload.look(_own_stream(sha256), sha256, read_seal(request.headers))
        )

    @blueprint.doc(**description.BRING)
    def patch(self, sha256: str) -> BaseResponse:
        """The next part of it."""
        stream, seal = _own_stream(sha256), read_seal(request.headers)
        offset, length, chunk = _read_part(seal)
        if seal:
            entry = read_sealed_entry(request.headers)
            assert_hers(seal.open(stream.tenant_id), entry, stream.person_id, sha256)
        try:
            return _say(Response(status=204), upload.take_chunk(stream, sha256, offset, length, chunk, seal))
        except upload.OffsetWrong as wrong:
            return _say(show(Problem("upload-offset-wrong")), wrong.standing)


@blueprint.route("/api/v1/sync/photos/<sha256>/lost", methods=["POST"])
@blueprint.doc(**description.LOST)
def lost(sha256: str) -> Response:
    """The device cannot read it any more."""
    is_lost = upload.declare_lost(_own_stream(sha256), sha256)
    answer = Response(status=204)
    answer.headers["Noticing-Photo"] = "lost" if is_lost else "complete"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/observations/<uuid:observation_id>/photos/<uuid:entry_id>")
@blueprint.doc(**description.READ)
def read(observation_id: UUID, entry_id: UUID) -> Response:
    """A photo as one entry shows it, to those who may read that entry."""
    shown = find_shown(current_actor().tenant_id, str(observation_id), str(entry_id))
    if shown is None:
        raise Problem("not-found")
    ask("entry.read", shown.evidence)
    found = read_content(shown)
    if found is None:
        raise Problem("not-found")
    content_type, content = found
    answer = Response(content, content_type=content_type)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def is_own_photo_here(tenant_id: str, sha256: str) -> bool:
    """For who asks whether it may forget a photo: no word about what others have brought."""
    return upload.is_photo_here(tenant_id, sha256, current_actor().person_id)


def _own_stream(sha256: str) -> StreamState:
    """The asker's, for a photo of this name."""
    stream_id = signing_stream_id() or request.args.get("stream_id", "")
    stream = find_own_stream(stream_id, current_actor().person_id)
    if not is_sha256(sha256):
        raise Problem("not-found")
    return stream


def _read_part(seal: Seal | None) -> tuple[int, int, bytes]:
    """The offset, the length of the whole and the part that a PATCH brings."""
    said = [request.headers.get(name, "") for name in ("Upload-Offset", "Upload-Length")]
    if request.mimetype != CONTENT_TYPE or not all(_NUMBER.fullmatch(each) for each in said):
        raise Problem("not-understood")
    offset, length = map(int, said)
    chunk = read_bytes(request)
    if length > upload.most_bytes(seal) or len(chunk) > upload.MAX_CHUNK_BYTES:
        raise Problem("photo-too-large")
    if not length or offset + len(chunk) > length:
        raise Problem("not-understood")
    return offset, length, chunk


def _say(answer: BaseResponse, standing: upload.PhotoStanding) -> BaseResponse:
    answer.headers["Upload-Offset"] = str(standing.offset)
    if standing.length is not None:
        answer.headers["Upload-Length"] = str(standing.length)
    answer.headers["Noticing-Photo"] = standing.state
    answer.headers["Cache-Control"] = "no-store"
    return answer
