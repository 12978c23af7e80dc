"""What a run did and what it found."""

from dataclasses import dataclass, field

COUNTS = ("kills", "cuts", "updates", "two_tabs", "slow_disk", "dots", "checks", "thrown_away")


@dataclass
class Tally:
    """`lost` and `stalled` hold a sentence for each: any of them means that the promise was broken."""

    kills: int = 0
    cuts: int = 0
    updates: int = 0
    two_tabs: int = 0  # faults that struck while two tabs of a profile were tapped at
    slow_disk: int = 0  # faults that struck while each sync took longer
    dots: int = 0
    checks: int = 0
    thrown_away: int = 0  # databases that a browser found damaged at its start and began anew
    lost: list[str] = field(default_factory=list)
    stalled: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.stalled

    @property
    def faults(self) -> int:
        return self.kills + self.cuts

    def lose(self, *sentences: str) -> None:
        self.lost += sentences

    def add(self, other: "Tally") -> None:
        self.lose(*other.lost)
        self.stalled += other.stalled
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def verdict(self, seed: int, without_cuts: str | None, wanted: int, minutes: float) -> str:
        """`wanted`: the faults that were to come in these minutes."""
        cuts = f"power cuts skipped: {without_cuts}" if without_cuts else f"{self.cuts} power cuts"
        fewer = ""
        if self.faults < wanted:
            fewer = f"no more than {self.faults} of {wanted} faults were possible in {minutes:g} minutes, "
        return (
            f"crash: {self.kills} kills, {cuts}, {self.two_tabs} of them at two tabs, "
            f"{self.slow_disk} on a slow disk, {fewer}{self.updates} updates in a visit, "
            f"{self.dots:,} dots, {self.checks:,} checks, {self.thrown_away} databases thrown away by the browser, "
            f"{len(self.lost)} lost, {len(self.stalled)} stalled (seed {seed})"
        )
