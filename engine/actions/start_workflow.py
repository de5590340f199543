"""`start_workflow`: start another workflow for the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Scalar
from engine.model.effects import Start
from engine.model.kinds import Drafting, Schema
from engine.shapes.reading import Reading


@dataclass(frozen=True, slots=True)
class StartWorkflow:
    """Start another workflow for the record."""

    name: ClassVar[str] = "start_workflow"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"}
    example: ClassVar[str] = "start_workflow: new-customer-welcome"

    workflow: str

    @property
    def starts(self) -> str:
        """The id of the workflow that it starts."""
        return self.workflow

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The id; whether there is such a workflow is seen when all files are read."""
        workflow = node.get(cls.name)
        assert isinstance(workflow, Scalar)
        return cls(workflow.text)

    def draft(self, path: str, drafting: Drafting) -> None:
        """The start."""
        drafting.add(Start(path, drafting.gate, self.workflow))
