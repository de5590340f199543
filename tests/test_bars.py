"""How far long commands are: a bar on a terminal, elsewhere a plain line now and then; on standard error."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from engine.cli import bars, run_command
from engine.cli.bars import Bars
from engine.progress import Step, listening, say_progress
from tests.contract import AT, Call, call, company, imported, root

__all__ = ["call", "company", "imported", "root"]  # the fixtures of the contract's company


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """A terminal whose window was closed."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


def test_who_listens_hears_of_every_chunk_within_the_block_alone() -> None:
    heard: list[Step] = []

    with listening(heard.append):
        say_progress("greet", 2000, 5000)
        say_progress("customers.csv", 2000)
    say_progress("greet", 4000, 5000)

    assert heard == [Step("greet", 2000, 5000), Step("customers.csv", 2000, None)]


def test_a_run_and_an_import_say_how_far_they_are(root: Path, call: Call) -> None:
    """Two customers of three start, as the workflow asks; three rows are in the file."""
    heard: list[Step] = []

    assert call("import", "staff", str(root / "staff.csv"))[0] == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bars, "step", lambda _, one: heard.append(one))
        assert call("import", "customers", str(root / "customers.csv"))[0] == 0
        call("run", "good")

    assert heard[0] == Step("customers.csv", 3, None)
    assert (heard[-1].name, heard[-1].done, heard[-1].total) == ("good", 2, 2)


def test_a_terminal_shows_a_bar_that_goes_away() -> None:
    screen = Terminal()

    with Bars("en", screen).shown():
        say_progress("greet", 2000, 5000)
        say_progress("customers.csv", 2000)

    wipe = "\r\x1b[K"
    bar = "━" * 12 + "·" * 18  # two fifths of thirty
    expected = f"{wipe}{bar} greet: 2,000 of 5,000{wipe}customers.csv: 2,000{wipe}"
    assert screen.getvalue() == expected


def test_elsewhere_a_plain_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(bars.time, "monotonic", lambda: now[0])
    stream = io.StringIO()

    with Bars("zh", stream).shown():
        for seconds in (1, 9.9, 10, 12, 21):
            now[0] = 100 + seconds
            say_progress("greet", int(seconds * 1000), 50_000)
        now[0] = 140
        say_progress("客户.csv", 7)

    assert stream.getvalue() == "greet：50,000 中的 10,000\ngreet：50,000 中的 21,000\n客户.csv：7\n"


def test_a_screen_that_is_gone_does_not_break_the_work() -> None:
    for stream in (Gone(), io.StringIO()):
        shown = Bars("en", stream)
        stream.close()
        with shown.shown():
            say_progress("greet", 1, 2)


def test_standard_output_stays_what_machines_read(imported: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    run_command(["run", "good", "--format", "json", "--workspace", str(imported), "--at", AT])
    out, err = capfd.readouterr()

    assert [one["workflow"] for one in json.loads(out)] == ["good"]
    assert "good:" not in err  # done within seconds: no line either
