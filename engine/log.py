"""The log: one line an event, with numbers and ids; never a name, an address or a text of a record.

Only the command that runs for long writes it, while it runs (`written`). Other commands say nothing here.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    {
        *("run", "workflow", "version", "slot", "state", "cause", "code", "worker", "channel", "file"),
        *("checked", "matched", "deferred", "started", "woken", "failed", "effects", "guard"),
        *("due", "missed", "skipped", "expired", "sent", "not_sent"),
        *("seconds", "tries", "exception", "kind", "count", "at", "every", "service"),
        *("event", "level", "timestamp", "exc_info"),
    }
)
"""What a line may tell. Everything else is left out: whoever adds a key thinks of whose data it is."""


def configure(*, as_json: bool, stream: TextIO | None = None) -> None:
    """Lines of JSON for machines, else plain ones; to standard error, so that results stay alone."""
    plain = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=24, sort_keys=False)
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else plain
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            _without_words,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # A line and its end in one write: several processes may share the stream.
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
    )


def silence() -> None:
    """Say nothing, for commands that show what they do themselves; nothing is logged as critical."""
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),  # the stream of before is let go: it may be closed
    )


@contextmanager
def written(*, as_json: bool) -> Iterator[None]:
    """The log is written as long as this lasts; whoever has called the command finds silence after it."""
    configure(as_json=as_json)
    try:
        yield
    finally:
        silence()


def log_of(worker: str = "") -> Any:
    """Where a part of the program writes its events."""
    return structlog.get_logger().bind(**({"worker": worker} if worker else {}))


def _only_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        name: value for name, value in event.items() if name in ALLOWED and value is not None and value != ""
    }


def _without_words(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception by its kind and the lines of the program it came by.

    What it says is left out: databases and mail servers repeat in it what they were given (RELIABILITY S21).
    """
    asked = event.pop("exc_info", None)
    if asked:
        failure = asked if isinstance(asked, BaseException) else sys.exc_info()[1]
        event["exception"] = "\n".join(_told(failure))
    return event


def _told(failure: BaseException | None) -> Iterator[str]:
    while failure is not None:
        yield type(failure).__name__
        for frame in traceback.extract_tb(failure.__traceback__):
            yield f"  {_place(frame.filename)}:{frame.lineno} {frame.name}"
        hidden = failure.__suppress_context__
        failure = failure.__cause__ or (None if hidden else failure.__context__)


def _place(path: str) -> str:
    """A file of the program by its last folders: no path of this machine."""
    return "/".join(path.replace("\\", "/").split("/")[-3:])


silence()
