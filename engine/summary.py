"""What the checks between files need of one file: little, so that it can be kept from check to check."""

from __future__ import annotations

from dataclasses import dataclass

from engine.checks.facts import Facts, facts_of
from engine.model.document import Document, Scalar, Span
from engine.model.workflow import Workflow
from engine.steps import starts_of


@dataclass(frozen=True, slots=True)
class Summary:
    """A workflow file in texts, numbers and places (what `plain` can write down), nothing compiled.

    `id` is what is written, in broken files too; `starts` are the workflows it starts, each with its place.
    `facts` are what it asks and sets, when it can run.
    """

    file: str
    id: str
    at: Span
    is_sound: bool
    starts: tuple[tuple[str, Span], ...] = ()
    facts: Facts | None = None


def summary_of(document: Document, workflow: Workflow | None) -> Summary:
    """The summary of a file; `workflow` when it can run."""
    written = document.root.get("id") if document.root is not None else None
    name, at = (written.text, written.span) if isinstance(written, Scalar) else ("", _NOWHERE)
    starts = () if workflow is None else tuple(dict(starts_of(workflow)).items())
    facts = None if workflow is None else facts_of(workflow, document)
    return Summary(document.file, name, at, workflow is not None, starts, facts)


_NOWHERE = Span("", 0, 0, 0, 0)
