"""`python tests/proof/crash`: finds its own package wherever it is started."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "proof"), str(TESTS), str(TESTS.parent)]

if __name__ == "__main__":
    from crash.command import main

    sys.exit(main())
