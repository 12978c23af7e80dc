"""Where the protocols lie."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def find_folder() -> Path:
    """At the top of a checkout, or inside an installed package."""
    checkout = PACKAGE.parents[1] / "protocols"
    return checkout if (checkout / "protocol.schema.json").is_file() else PACKAGE / "_protocols"
