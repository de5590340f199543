"""The checks: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from engine.checks.calendar_year import note_calendar_year, note_calendar_year_of_fields
from engine.checks.contradictions import note_contradictions
from engine.checks.definitions import note_cases, note_segments
from engine.checks.facts import Facts
from engine.checks.idle import note_idle
from engine.checks.own_followups import note_own_followups
from engine.checks.own_key import note_own_key
from engine.checks.rings import note_rings
from engine.checks.silence import note_silence
from engine.checks.tolerance import note_tolerance
from engine.checks.unreachable import note_unreachable
from engine.checks.way_back import note_no_way_back
from engine.checks.written_twice import note_written_twice
from engine.model.diagnostics import Problems
from engine.model.document import Document
from engine.model.workflow import Workflow
from engine.shapes.reading import Reading

OfBase: TypeAlias = Callable[[Mapping[str, Document], Reading], None]
OfWorkflow: TypeAlias = Callable[[Workflow, Document, Reading], None]
OfFiles: TypeAlias = Callable[[Sequence[Facts], Problems], None]

BASE_CHECKS: tuple[OfBase, ...] = (
    note_tolerance,
    note_calendar_year_of_fields,
    note_cases,
    note_segments,
)
"""About the files that every workflow stands on."""

WORKFLOW_CHECKS: tuple[OfWorkflow, ...] = (
    note_contradictions,
    note_unreachable,
    note_silence,
    note_calendar_year,
    note_own_key,
    note_own_followups,
    note_idle,
)
"""About one workflow."""

WORKSPACE_CHECKS: tuple[OfFiles, ...] = (
    note_no_way_back,
    note_written_twice,
    note_rings,
)
"""About all workflows together, by their facts; only where all files are known."""
