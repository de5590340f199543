"""What a check that goes on until something breaks has found, and the table it is read in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Finding:
    """One line of the table. `recovered` is in seconds, the longest there was; None where nothing was killed.

    `wrong` are sentences about what is not as it should be; with one of them the check has failed.
    """

    check: str
    trials: int
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    recovered: float | None = None
    said: str = ""
    wrong: Sequence[str] = ()

    @property
    def is_fine(self) -> bool:
        """Nothing was lost, doubled or otherwise wrong."""
        return not (self.lost or self.doubled or self.wrong)


def table(findings: Iterable[Finding], seed: int) -> str:
    """The findings as a person reads them, the wrong ones below with their sentences."""
    found = list(findings)
    shown = Table(title=f"torture, seed {seed}", title_justify="left", box=None, pad_edge=False)
    for name in ("check", "trials", "kills", "lost", "doubled", "in doubt", "recovered in", ""):
        shown.add_column(name, justify="left" if name in {"check", ""} else "right")
    for one in found:
        recovered = "" if one.recovered is None else f"{one.recovered:.1f} s"
        numbers = map(str, (one.trials, one.kills, one.lost, one.doubled, one.in_doubt))
        shown.add_row(one.check, *numbers, recovered, one.said or ("ok" if one.is_fine else "WRONG"))
    console = Console(width=160, no_color=True, highlight=False)
    with console.capture() as capture:
        console.print(shown)
        for one in found:
            for sentence in one.wrong:
                console.print(f"WRONG  {one.check}: {sentence}", markup=False)
    return capture.get()
