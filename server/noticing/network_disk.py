"""Whether a file lies on another machine's disk, as far as Linux says so."""

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    [
        "9p",
        "afs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.ceph",
        "fuse.davfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    ]
)


def network_type(file: Path, mounts: str | None = None) -> str | None:
    """The name of the network file system that `file` lies on, such as nfs4; None where it lies on none.

    `mounts` is the text of /proc/self/mountinfo (proc(5)); where there is none, nothing is known.
    """
    if mounts is None:
        if not MOUNTS.exists():
            return None
        mounts = MOUNTS.read_text("utf-8", "surrogateescape")
    place = file.resolve()
    found: dict[Path, str] = {}  # the last that was mounted at a place covers those before
    for line in mounts.splitlines():
        front, _, back = line.partition(" - ")
        found[Path(_unescape(front.split()[4]))] = back.split()[0]
    for above in (place, *place.parents):
        if above in found:
            return found[above] if found[above] in NETWORK else None
    return None


def _unescape(name: str) -> str:
    """Spaces, tabs, newlines and backslashes stand there as \\040 and so on."""
    for code in ("040", "011", "012", "134"):
        name = name.replace(f"\\{code}", chr(int(code, 8)))
    return name
