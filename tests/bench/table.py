"""The figures of one run as a person reads them."""

from collections.abc import Iterator, Mapping, Sequence

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
    yield from _head("Taps, ms", "p50", "p95", "p99", "n")
    for cell, all_times in measured["cells"].items():
        for what, times in all_times.items():
            yield _row(f"{cell}: {taps.NAMES[what]}", times["p50"], times["p95"], times["p99"], times["n"])
    yield from _ratios("Taps, ratios", measured["ratios"], {name: name for name in SHARES})


def _write_syncing(syncing: Figures) -> Iterator[str]:
    if not syncing:
        return
    yield from _head("Syncing", "entries/s", "bytes/entry", "of them body", "with answers")
    for name, rate in syncing["rates"].items():
        yield _row(
            name,
            rate["entries_per_s"],
            rate["bytes_per_entry"],
            rate["body_bytes_per_entry"],
            rate["all_bytes_per_entry"],
        )
    yield from _ratios(
        "Syncing, ratios", syncing["ratios"], {"entries_per_s": "entries/s", "bytes_per_entry": "bytes/entry"}
    )


def _write_letters(measured: Figures) -> Iterator[str]:
    if not measured:
        return
    yield from _head("Letter (PDF), ms", "middle", "p95", "n")
    for name, times in measured["ms"].items():
        yield _row(letters.NAMES[name], times["middle"], times["p95"], times["n"])
    yield from _head("Letter, ratios", "")
    for name, value in measured["ratios"].items():
        yield _row(name, value)


def _ratios(title: str, ratios: Mapping[str, Figures], columns: Mapping[str, str]) -> Iterator[str]:
    yield from _head(title, *columns.values())
    for name, values in ratios.items():
        yield _row(name, *(values[column] for column in columns))


def _head(title: str, *columns: object) -> Iterator[str]:
    yield ""
    yield _row(title, *columns)
    yield "-" * (WIDTH + 13 * len(columns))


def _row(title: str, *values: object) -> str:
    return f"{title:<{WIDTH}}" + "".join(f"{_text(value):>13}" for value in values)


def _text(value: object) -> str:
    return "–" if value is None else f"{value:,.2f}" if isinstance(value, float) else str(value)
