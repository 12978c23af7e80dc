"""`python tests/proof/mutate`: finds its own package wherever it is started."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if __name__ == "__main__":
    from proof.mutate.command import main

    sys.exit(main(sys.argv[1:]))
