"""What each workflow file says on its own, one after the other or on several processes at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from engine.check_cache import Told, digest_of, stamp_of
from engine.load import load_bytes, read_file
from engine.model.diagnostics import Problems
from engine.summary import summary_of
from engine.workspace import Base, file_names, open_base

MANY = 300
"""From so many files on, more processes are worth their start."""
_AT_ONCE = 32
_MOST_PROCESSES = 4


def processes_here() -> int:
    """How many processes a check may take on this machine."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_PROCESSES)


def tell_each(base: Base, names: Sequence[str], processes: int = 1) -> list[Told]:
    """What is told of each file, in the order of their names."""
    if processes > 1 and len(names) >= MANY:
        found = _on_processes(base.workspace.root, names, processes)
        if found is not None:
            return found
    return [_tell(base, name) for name in names]


def _tell(base: Base, name: str) -> Told:
    root, problems = base.workspace.root, Problems()
    stamp = stamp_of(root / name)
    raw = read_file(root / name, name, problems, root)
    if raw is None:
        return Told("", None, problems.sorted(), None)
    document = load_bytes(raw, name, problems)
    workflow = base.compile(document, problems, lambda _: "")
    summary = None if document.root is None else summary_of(document, workflow)
    return Told(digest_of(raw), stamp, problems.sorted(), summary)


# --- several processes --------------------------------------------------------------------------------------


def _on_processes(root: Path, names: Sequence[str], processes: int) -> list[Told] | None:
    """None where the machine lets nobody start processes, or has ended one of them."""
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor  # noqa: PLC0415 - for many files only
    from multiprocessing import get_context  # noqa: PLC0415 - as above

    try:
        with ProcessPoolExecutor(processes, get_context("spawn"), _begin) as pool:
            return list(pool.map(partial(_tell_there, root), names, chunksize=_AT_ONCE))
    except (OSError, ImportError, BrokenExecutor):
        return None


def _begin() -> None:
    """A process that leaves interruptions to its parent, and does not outlive it."""
    from multiprocessing import parent_process  # noqa: PLC0415 - as above

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _tell_there(root: Path, name: str) -> Told:
    return _tell(_base_of(root), name)


@lru_cache(maxsize=1)
def _base_of(root: Path) -> Base:
    """What the files stand on, read once a process; its own mistakes are told by the parent."""
    return open_base(root, file_names(root), Problems())
