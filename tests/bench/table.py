"""The figures of one run as a person reads them."""

from collections.abc import Iterator, Sequence

from bench import letters, taps
from bench.figures import SHARES, Figures

Row = Sequence[object]
WIDTH = 58


def write_tables(figures: Figures) -> str:
    parts = [
        *_write_head(figures),
        *_write_taps(figures.get("taps", {})),
        *_write_syncing(figures.get("syncing", {})),
        *_write_letters(figures.get("letters", {})),
    ]
    if figures["run"]["cut_short"]:
        parts += ["", "Left out for want of time: " + ", ".join(figures["run"]["cut_short"])]
    return "\n".join(parts)


def _write_head(figures: Figures) -> Iterator[str]:
    machine, versions = figures["machine"], figures["versions"]
    yield f"{machine['cores']} cores, {machine['processor']}, {machine['memory']}, {machine['file_system']}"
    yield ", ".join(f"{name} {version}" for name, version in versions.items())
    yield "Times swing with the machine; the ratios are of one run and are what to compare."


def _write_taps(measured: Figures) -> Iterator[str]:
    if not measured:
        return
    cells, beside = measured["cells"], measured["tap_to_dot_over_yardstick"]
    yield from _head("Taps, ms", *cells)
    for what, words in taps.NAMES.items():
        yield from _by_share(words, [cell[what] for cell in cells.values()])
    over_bare = measured["over_bare_strict_put"]
    yield from _head("Taps, times the bare strict put of the same cell", *over_bare)
    for what in taps.OVER_BARE:
        yield from _by_share(taps.NAMES[what], [cell[what] for cell in over_bare.values()])
    yield from _head("Taps, ratios", *beside)
    for yardstick, words in taps.YARDSTICKS.items():
        yield from _by_share(f"tap to dot / {words}", [cell[yardstick] for cell in beside.values()])
    between = measured["tap_to_dot_between_cells"]
    yield from _head("Tap to dot, ratios", *SHARES)
    for pair, ratios in between.items():
        yield _row(pair, *ratios.values())


def _by_share(words: str, columns: Sequence[Figures]) -> Iterator[str]:
    for share in SHARES:
        yield _row(f"{words:<{WIDTH - 4}}{share}", *(column[share] for column in columns))


def _write_syncing(measured: Figures) -> Iterator[str]:
    if not measured:
        return
    fields = {
        "entries_per_s": "entries/s",
        "bytes_per_entry": "B/entry up",
        "body_bytes_per_entry": "bodies only",
        "all_bytes_per_entry": "up and down",
    }
    yield from _head("Syncing", *fields.values())
    for name, rate in measured["rates"].items():
        yield _row(name, *(rate[field] for field in fields))
    yield from _head("Syncing, ratios", *list(fields.values())[:2])
    for name, ratios in measured["ratios"].items():
        yield _row(name, *ratios.values())


def _write_letters(measured: Figures) -> Iterator[str]:
    if not measured:
        return
    yield from _head("Letter (PDF), ms", "middle", "p95", "n")
    for name, times in measured["ms"].items():
        yield _row(letters.NAMES[name], times["middle"], times["p95"], times["n"])
    yield from _head("Letter, ratios", "middle")
    for name, value in measured["ratios"].items():
        yield _row(name, value)


def write_beside(_name: str, measured: Figures) -> Iterator[str]:
    fields = {"entries_per_s": "entries/s", "bytes_per_entry": "B/entry up", "requests": "requests"}
    yield from _head(f"Browser to server, beside PouchDB {measured['pouchdb']}", *fields.values())
    for name, rate in measured["rates"].items():
        yield _row(name, *(rate[field] for field in fields))
    yield from _head("Beside PouchDB, ratios", *fields.values())
    for name, ratios in measured["ratios"].items():
        yield _row(name, *(ratios[field] for field in fields))
    yield _row("pushes for a morning of 200 entries", measured["pushes_of_a_morning"])


def write_pushing(name: str, measured: Figures) -> Iterator[str]:
    yield from _head(f"Server through HTTP, {name}", "entries/s")
    for way, rate in measured["entries_per_s"].items():
        yield _row(way, rate)
    for way, rate in measured["entries_per_processor_s"].items():
        yield _row(f"{way}, for a second of the server's processors", rate)
    for pair, value in measured["ratios"].items():
        yield _row(pair, value)


def write_flatness(name: str, measured: Figures) -> Iterator[str]:
    sizes = [f"{measured['entries'][which]:,}" for which in ("small", "large")]
    for unit, words in {"ms": "ms", "processor_ms": "ms of the server's processors"}.items():
        yield from _head(f"Cost by size of the log, {name}, {words}", *sizes, "ratio")
        for step, ratios in measured[f"ratios of {unit}"].items():
            for share in ("p50", "p95"):
                small, large = (measured[unit][which][step][share] for which in ("small", "large"))
                yield _row(f"{step:<{WIDTH - 4}}{share}", small, large, ratios[share])


def _head(title: str, *columns: object) -> Iterator[str]:
    yield ""
    yield _row(title, *columns)
    yield "-" * (WIDTH + 13 * len(columns))


def _row(title: str, *values: object) -> str:
    return f"{title:<{WIDTH}}" + "".join(f"{_text(value):>13}" for value in values)


def _text(value: object) -> str:
    return "–" if value is None else write_number(value) if isinstance(value, float) else str(value)


def write_number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 1 else f"{value:.1f}"
