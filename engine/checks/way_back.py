"""Sees a status that the conditions ask for and that no file ever sets again, once it is gone."""

from __future__ import annotations

from collections.abc import Sequence

from engine.checks.facts import Demand, Facts, Write
from engine.checks.places import told_place
from engine.model.diagnostics import Problems
from engine.model.workflow import Once


def note_no_way_back(files: Sequence[Facts], problems: Problems) -> None:
    """Each workflow by the clock that leads records out of what it asks for itself.

    A default is no way back: it is given to new records only.
    """
    anywhere = {(one.field, one.value) for file in files for one in file.writes}
    for file in files:
        seen: set[str] = set()
        for write in file.writes if file.nightly and file.once != Once.CUSTOMER else ():
            demand = next((one for one in file.demands if _leads_out(write, one)), None)
            if demand is None or write.field in seen:
                continue
            seen.add(write.field)
            options = demand.options or frozenset[str]()
            back = {(write.field, None), *((write.field, one) for one in options)}
            if not back & anywhere:
                facts = {"field": write.label, "value": write.value, "wanted": min(options)}
                problems.warning(write.at, "W587", place=told_place(demand.at), **facts)


def _leads_out(write: Write, demand: Demand) -> bool:
    is_asked = write.is_choice and demand.options and demand.roots == {write.field}
    return bool(is_asked) and write.value is not None and write.value not in (demand.options or ())
