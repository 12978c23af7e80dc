"""A photo of a rescue file: whole and signed at once, taken in as the parts are that a device sends."""

import re

from noticing.photos.sealed import assert_hers, read_seal, read_sealed_entry
from noticing.photos.upload import take_whole
from noticing.problems import Problem
from noticing.rescue.saved import Saved
from noticing.sync.stream_key import find_signer

_PATH = re.compile(r"/api/v1/sync/photos/([0-9a-f]{64})")


def bring_in_photo(saved: Saved) -> bool:
    """False: it was here already. Raises Problem for what nobody signed, is another picture, or has no room."""
    content, path = saved.content(), _PATH.fullmatch(saved.path)
    if content is None or path is None:
        raise Problem("signature-wrong")
    stream, sha256 = find_signer("PATCH", saved.path, saved.headers, content), path[1]
    seal = read_seal(saved.headers)
    if seal:
        entry = read_sealed_entry(saved.headers)
        assert_hers(seal.open(stream.tenant_id), entry, stream.person_id, sha256)
    return take_whole(stream, sha256, content, seal)
