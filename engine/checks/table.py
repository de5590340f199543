"""The checks: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from engine.checks.calendar_year import note_calendar_year, note_calendar_year_of_fields
from engine.checks.contradictions import note_contradictions
from engine.checks.definitions import note_computed, note_exclusions, note_roles, note_segments
from engine.checks.facts import Facts
from engine.checks.idle import note_idle
from engine.checks.lengths import note_lengths
from engine.checks.limits import note_guards, note_limits
from engine.checks.own_followups import note_own_followups
from engine.checks.own_key import note_own_key
from engine.checks.repeated import note_repeated
from engine.checks.rings import note_rings
from engine.checks.silence import note_silence
from engine.checks.tables import note_tables
from engine.checks.texts import note_template_texts, note_texts
from engine.checks.tolerance import note_tolerance
from engine.checks.unreachable import note_unreachable
from engine.checks.versions import note_versions
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
    note_tables,
    note_tolerance,
    note_calendar_year_of_fields,
    note_computed,
    note_segments,
    note_exclusions,
    note_roles,
    note_guards,
    note_template_texts,
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
    note_repeated,
    note_versions,
    note_lengths,
    note_limits,
    note_texts,
)
"""About one workflow."""

WORKSPACE_CHECKS: tuple[OfFiles, ...] = (
    note_no_way_back,
    note_written_twice,
    note_rings,
)
"""About all workflows together, by their facts; only where all files are known."""
