"""`python -m noticing.observations.show FILE [--measures]`: the view of a `sample.entries.json`, as JSON."""

import json
import sys
from pathlib import Path

from noticing.observations.fold import fold
from noticing.observations.measures import measures_of


def main(arguments: list[str]) -> int:
    names = [name for name in arguments if name != "--measures"]
    if len(names) != 1:
        sys.stdout.write(f"{__doc__}\n")
        return 2
    file = Path(names[0])
    entries = json.loads(file.read_text(encoding="utf-8"))
    start = next(entry for entry in entries if entry["kind"] == "observation.started")
    version = file.parent / f"{start['payload']['protocol_version']}.json"
    protocol = json.loads(version.read_text(encoding="utf-8"))
    view = fold(entries, protocol)
    shown = measures_of(view, protocol) if "--measures" in arguments else view
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
