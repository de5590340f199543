"""What a reader of nodes may look at: the workspace's parts, the present module, where mistakes go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Span
from engine.model.entities import FieldType, Model, Module
from engine.model.predicates import Operand, Predicate
from engine.model.values import Reader, Value
from engine.text import ParsedText

if TYPE_CHECKING:
    from engine.model.workflow import Step


@dataclass(frozen=True, slots=True)
class Table:
    """A table of tables.yaml: rows looked up by names of fields, typed columns; None is the cell `none`."""

    name: str
    by: tuple[str, ...]
    columns: Mapping[str, FieldType]
    rows: tuple[tuple[tuple[str, ...], Mapping[str, Value]], ...]
    otherwise: Mapping[str, Value] | None
    at: Span


@dataclass(frozen=True, slots=True)
class ChannelText:
    """What a template says on one channel; `subject` is empty where the channel has none."""

    channel: str
    subject: str
    body: str
    subject_at: Span
    body_at: Span
    html: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A message in several forms, one a channel."""

    name: str
    kind: str
    forms: tuple[ChannelText, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Settings:
    """What workspace.yaml says, with its defaults."""

    zone: ZoneInfo
    language: str = "zh"
    currency: str = "CNY"
    store: str = ""
    publish: str = "automatic"
    fallback_person: str = ""
    notices: str = "inbox"
    channels: Mapping[str, Block] = field(default_factory=dict)
    guards: Mapping[str, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass over a file. `elsewhere` is set outside `conditions`, where unknown must be settled."""

    model: Model
    module: Module
    settings: Settings
    problems: Problems
    tables: Mapping[str, Table] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    computed: Mapping[tuple[str, str], Operand] = field(default_factory=dict)
    uses: set[tuple[str, str]] = field(default_factory=set)
    known: set[tuple[str, str]] = field(default_factory=set)
    elsewhere: bool = False
    condition: Callable[[Node, str, Reading], Predicate | None] | None = None
    steps: Callable[[Node, str, Reading], tuple[Step, ...]] | None = None

    @property
    def values(self) -> Reader:
        """How literals of this workspace are read."""
        return Reader(self.settings.zone, self.settings.currency)

    def about(self, module: Module) -> Reading:
        """The same pass, looking at records of another module; what was tested there is not known here."""
        return replace(self, module=module, known=set(), elsewhere=True)

    def in_branches(self) -> Reading:
        """The same pass, outside `conditions`."""
        return replace(self, elsewhere=True)

    def read_condition(self, node: Node, path: str) -> Predicate | None:
        """A nested condition, read by the part of the program that knows all its words."""
        assert self.condition is not None
        return self.condition(node, path, self)

    def read_steps(self, node: Node | None, path: str) -> tuple[Step, ...]:
        """A nested list of steps; nothing for an absent one."""
        assert self.steps is not None
        return () if node is None else self.steps(node, path, self)

    def place(self, at: Span) -> str:
        """Where something is defined, as `model.yaml:8`."""
        return f"{at.file}:{at.line}"

    def parsed(self, source: str) -> ParsedText:
        """The parsed form of a text (raises TextMistake)."""
        from engine.text import parse_text  # noqa: PLC0415 - loads Jinja2

        return parse_text(source)
