"""What no killed process can show: a claim is on the disk before its letter leaves (section 5, method 7).

The kernel is asked, by strace: every letter is preceded by a flush of the database since the one before, and
that by a flush of the log of what has left. A fall of power at any moment then forgets no letter.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.torture.crash_night import NIGHT, Night
from tests.torture.crash_trials import HOLD, WHOLE, nights
from tests.torture.findings import Finding
from tests.torture.fork_server import ROOT

LETTERS = 20
WATCHED = "trace=fsync,fdatasync,sendto"
_FLUSHED = re.compile(r"f(?:data)?sync\(\d+<(?P<path>[^>]+)>\)\s+= 0")
_SENT = re.compile(r'sendto\(\d+<[^>]*>, "(?P<text>(?:DATA|\.)\\r\\n)"')
DATABASE, LOG, BEGIN, END = "database", "log", "begin", "end"


def findings(seed: int) -> Iterator[Finding]:
    """The letters of one night on SQLite; nothing in it is random."""
    title = "1 crash, order of flushes"
    if shutil.which("strace") is None:
        yield Finding(title, 0, said="no strace on this machine")
        return
    with nights(HOLD, started=LETTERS) as (night,):
        events = list(traced(night))
    wrong = [] if events.count(END) == LETTERS else [f"{events.count(END)} letters seen of {LETTERS}"]
    said = f"{events.count(DATABASE)} flushes of the database, {events.count(LOG)} of the log"
    yield Finding(title, LETTERS, said=said, wrong=[*wrong, *out_of_order(events)])


def traced(night: Night) -> Iterator[str]:
    """What the kernel saw of a night: flushes, and the begin and end of letters."""
    chapter, seen = night.again(WHOLE), night.root.with_name("seen")
    where = ("--workspace", str(night.root), "--store", night.store.url, "--at", NIGHT.isoformat())
    watched = ("strace", "-f", "-y", "-e", WATCHED, "-e", "signal=none", "-o", str(seen))
    command = [*watched, sys.executable, "-m", "engine", "start", "--once", *where]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert chapter.leaves
    return events_of(seen)


def events_of(seen: Path) -> Iterator[str]:
    """What strace has written, line by line."""
    for line in seen.read_text("utf-8").splitlines():
        if flushed := _FLUSHED.search(line):
            name = Path(flushed["path"]).name
            if name.startswith("wakeline.db"):
                yield DATABASE
            elif name == "sent.log":
                yield LOG
        elif sent := _SENT.search(line):
            yield BEGIN if sent["text"].startswith("DATA") else END


def out_of_order(events: Iterable[str]) -> Sequence[str]:
    """Letters that began without a flush of the database since the one before, or that without the log's."""
    found, since, letter = [], list[str](), 0
    for one in events:
        if one == BEGIN:
            letter += 1
            wanted = [DATABASE] if letter == 1 else [LOG, DATABASE]
            if [kind for kind in dict.fromkeys(since) if kind in wanted] != wanted:
                found.append(f"letter {letter} began after {since[-5:]}")
        since = [] if one == END else [*since, one]
    return found
