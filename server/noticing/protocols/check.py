"""`python -m noticing.protocols.check [FILE or FOLDER …]`: says what is wrong, or that nothing is."""

import sys
from pathlib import Path

from noticing.protocols.folder import find_folder
from noticing.protocols.loader import BrokenProtocols, load_file, load_folder


def main(arguments: list[str]) -> int:
    sound, sentences = 0, []
    for path in map(Path, arguments or [str(find_folder())]):
        try:
            sound += len(load_folder(path)) if path.is_dir() else bool(load_file(path.resolve()))
        except BrokenProtocols as broken:
            sentences += broken.sentences
        except OSError as error:
            sentences.append(f"{path}: it cannot be read ({error.strerror}); check the name.")
    verdict = f"{sound} protocol version{'s' * (sound != 1)}: nothing is wrong."
    sys.stdout.write("\n".join(sentences or [verdict]) + "\n")
    return 1 if sentences or not sound else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
