"""Finds the services that are switched on, and runs each in a thread as long as the worker works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points
from threading import Event, Thread
from types import MappingProxyType

from engine.log import log_of
from engine.model.diagnostics import EngineError
from engine.services.http import open_metrics
from engine.services.port import Beside, Opening, Service

GROUP = "wakeline.services"
SERVICES: Mapping[str, Opening] = MappingProxyType({"metrics": open_metrics})
"""Those that come with Wakeline."""
_PATIENCE = 5.0


def open_services(beside: Beside) -> list[Service]:
    """The services that are switched on, ready to run. Raises EngineError where one cannot begin."""
    others = {one.name: _load(one) for one in entry_points(group=GROUP) if one.name not in SERVICES}
    opened = (opening(beside) for opening in (*SERVICES.values(), *others.values()))
    return [one for one in opened if one is not None]


@contextmanager
def running(services: Sequence[Service]) -> Iterator[None]:
    """Each in its thread, until the end of the block; one that breaks leaves the others alone."""
    stop = Event()
    threads = [Thread(target=_run, args=(one, stop), name=one.name, daemon=True) for one in services]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_PATIENCE)


def _run(service: Service, stop: Event) -> None:
    log = log_of()
    log.info("service_begins", service=service.name)
    try:
        service.run(stop)
    except Exception:
        log.exception("service_broke", service=service.name)
    else:
        log.info("service_ends", service=service.name)


def _load(point: EntryPoint) -> Opening:
    """Whatever another package does wrong is told with its name."""
    try:
        opening: Opening = point.load()
    except Exception as failure:
        reason = type(failure).__name__
        raise EngineError("W829", kind="broken", name=point.name, reason=reason) from failure
    return opening
