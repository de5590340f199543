"""A process that has everything loaded, and forks a child for each command: to die takes no time.

Asked in lines of JSON on its input, it answers in lines on its output. It has no connection and no thread.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from engine.records.sqlite import driver
from engine.texts import Texts

NEEDED = (
    *(
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "engine.channels.table",
    ),
    *("engine.cli", "engine.cli.errors", "engine.front", "engine.log", "engine.runners", "engine.services"),
    *("engine.worker", "tests.torture.mutants", "tests.torture.points"),
)
ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Order:
    """A command to be run. `fatal` numbers the point at which it gets the signal, `mutant` names a change
    of the program, `later` is how much the clock of its machine is ahead, in seconds.
    """

    arguments: Sequence[str]
    fatal: int = 0
    signal: int = signal.SIGKILL
    mutant: str = ""
    later: int = 0


@dataclass(frozen=True)
class Ended:
    """How it ended: its exit code, negative for a signal; its points, where it came to its end by itself."""

    code: int
    seconds: float
    names: Sequence[str]
    said: str

    @property
    def was_killed(self) -> bool:
        """It came to the fatal point."""
        return self.code == -signal.SIGKILL

    @property
    def is_stopped(self) -> bool:
        """It stands at that point, and may go on."""
        return self.code == -signal.SIGSTOP


class ForkServer:
    """The one who asks."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder = process, folder

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[ForkServer]:
        """One that lives as long as the context."""
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "tests.torture.fork_server", folder]
            pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
                yield cls(process, Path(folder))
                assert process.stdin is not None
                process.stdin.close()

    def run(self, order: Order) -> Ended:
        """Run a command to its end, its death, or until it is stopped."""
        return self._ask(asdict(order))

    def go_on(self) -> Ended:
        """What was stopped goes on, to its end."""
        return self._ask(None)

    def _ask(self, asked: dict[str, Any] | None) -> Ended:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the fork server has died"
        told = json.loads(line)
        said = (self._folder / "said").read_text("utf-8", "replace")
        names = [] if told["code"] < 0 else json.loads((self._folder / "names").read_text("utf-8"))
        return Ended(told["code"], told["seconds"], names, said)


# --- on the other side --------------------------------------------------------------------------------------


def serve(orders: IO[str], answers: IO[str], folder: Path) -> None:
    """Fork for every order until there are no more."""
    load()
    stopped = 0
    for line in orders:
        began, asked = time.monotonic(), json.loads(line)
        if asked is None:
            child = stopped
            os.kill(child, signal.SIGCONT)
        else:
            child = os.fork()
            if not child:
                _be(Order(**asked), folder)
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            stopped, code = child, -signal.SIGSTOP
        else:
            code = os.waitstatus_to_exitcode(status)
        answers.write(json.dumps({"code": code, "seconds": time.monotonic() - began}) + "\n")
        answers.flush()


def load() -> None:
    """What a command would load."""
    for name in NEEDED:
        import_module(name)
    driver()
    Texts.of("zh")
    gc.collect()
    gc.freeze()  # so that the children share it


def _be(order: Order, folder: Path) -> None:
    """The child: it never comes back from here."""
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        out = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = _command(order, folder / "names")
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - told by what it printed
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _command(order: Order, names: Path) -> int:
    from engine.cli import run_command
    from tests.torture.mutants import MUTANTS
    from tests.torture.points import Points

    if order.later:
        _set_machine_clock(timedelta(seconds=order.later))
    if order.mutant:
        MUTANTS[order.mutant].change()
    points = Points(order.fatal, order.signal)
    points.watch()
    code = run_command(list(order.arguments))
    counted = list(points.names)
    names.write_text(json.dumps(counted), "utf-8")
    return code


def _set_machine_clock(later: timedelta) -> None:
    """The machine's own clock, by which claims and leases go."""
    from engine import shift

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = UTC) -> datetime:
            return datetime.now(tz) + later

    shift.datetime = Later  # type: ignore[misc]  # the module's own name for it


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout, Path(sys.argv[1]))
