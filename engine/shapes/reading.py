"""What a reader of nodes may look at: the workspace's parts, the present module, where mistakes go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine.model.calendars import NO_CALENDAR, Calendar, LateCalendar
from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, Span
from engine.model.entities import FieldType, Labels, Model, Module
from engine.model.moments import Length, Unit
from engine.model.named import RecordName
from engine.model.operands import EventRecord, Operand
from engine.model.predicates import Predicate
from engine.model.sizes import is_too_large
from engine.model.values import Reader, Value
from engine.text import ParsedText

if TYPE_CHECKING:
    from engine.model.workflow import Exclusion, Step

CALENDAR_USE = ("calendar", "")
"""Among what a workflow uses: the working calendar of the workspace."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row of a table stands, and each of the names that it is looked up by."""

    row: Span
    keys: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of tables.yaml: rows looked up by names of fields, typed columns; None is the cell `none`.

    `people` tells which columns hold persons and which hold roles; their cells are texts. `by_at` and
    `rows_at` are the places of `by` and `rows`.
    """

    name: str
    by: tuple[str, ...]
    columns: Mapping[str, FieldType]
    rows: tuple[tuple[tuple[str, ...], Mapping[str, Value]], ...]
    otherwise: Mapping[str, Value] | None
    at: Span
    people: Mapping[str, str] = field(default_factory=dict)
    by_at: tuple[Span, ...] = ()
    rows_at: tuple[RowPlace, ...] = ()


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
class Version:
    """What a template says to those for whom `condition` holds; None: to everybody."""

    forms: tuple[ChannelText, ...]
    condition: Node | None
    at: Span

    def form(self, channel: str) -> ChannelText | None:
        """What it says on a channel."""
        return next((one for one in self.forms if one.channel == channel), None)


@dataclass(frozen=True, slots=True)
class Partial:
    """A text that others take in by its name."""

    name: str
    text: str
    text_at: Span
    at: Span


@dataclass(frozen=True, slots=True)
class Template:
    """A message: of its versions the first that fits counts, each in several forms, one a channel."""

    name: str
    kind: str
    versions: tuple[Version, ...]
    at: Span
    partials: Mapping[str, Partial] = field(default_factory=dict)

    @property
    def forms(self) -> tuple[ChannelText, ...]:
        """The forms of all versions."""
        return tuple(form for version in self.versions for form in version.forms)


@dataclass(frozen=True, slots=True)
class SegmentList:
    """How a segment is listed: its columns by the names written, which records come first, who may see it."""

    columns: tuple[tuple[str, Operand], ...] = ()
    first: Operand | None = None
    highest_first: bool = True
    visible_to: Node | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A named condition of segments.yaml, about the records of one module."""

    name: str
    labels: Labels
    module: Module
    predicate: Predicate
    at: Span
    list: SegmentList


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, by the clock of the workspace, no commercial message leaves."""

    start: time = time(20)
    end: time = time(9)


@dataclass(frozen=True, slots=True)
class ContactBudget:
    """How many commercial messages one customer gets at most, over all workflows and channels."""

    per_day: int = 1
    per_30_days: int = 4


@dataclass(frozen=True, slots=True)
class Recording:
    """For how long it is kept what every record answered in a run, and of how many records the values too."""

    keep: Length = field(default=Length(90, Unit.DAYS))
    details_of: int = 2_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What workspace.yaml says, with its defaults."""

    zone: ZoneInfo
    language: str = "zh"
    currency: str = "CNY"
    store: str = ""
    publish: str = "automatic"
    second_person: str = "none"
    fallback_person: Scalar | None = None
    notices: str = "inbox"
    channels: Mapping[str, Block] = field(default_factory=dict)
    guards: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    late_calendar: LateCalendar = NO_CALENDAR
    roles: Mapping[str, Node] = field(default_factory=dict)
    exclusions: Node | None = None
    simulation: Node | None = None
    tasks_per_person: int | None = None
    quiet_hours: QuietHours | None = QuietHours()
    contact_budget: ContactBudget | None = ContactBudget()
    recording: Recording | None = Recording()
    events_secret: str = ""

    @property
    def has_calendar(self) -> bool:
        """Whether the workspace says which days are worked."""
        return self.late_calendar is not NO_CALENDAR

    @property
    def calendar(self) -> Calendar:
        """The working calendar; most checks can do without it."""
        return self.late_calendar.read()


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass over a file. `elsewhere` is set outside `conditions`, where unknown must be settled;
    `before_start` where no enrollment has begun, so that the moment `start` means nothing; `event` is the
    related record that starts the workflow, where its trigger names one.
    """

    model: Model
    module: Module
    settings: Settings
    problems: Problems
    tables: Mapping[str, Table] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    partials: Mapping[str, Partial] = field(default_factory=dict)
    computed: Mapping[tuple[str, str], Operand] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    segment_names: tuple[str, ...] = ()
    exclusions: Mapping[str, tuple[Exclusion, ...]] = field(default_factory=dict)
    uses: set[tuple[str, str]] = field(default_factory=set)
    named: set[RecordName] = field(default_factory=set)
    known: set[tuple[str, str]] = field(default_factory=set)
    elsewhere: bool = False
    before_start: bool = False
    event: EventRecord | None = None
    condition: Callable[[Node, str, Reading], Predicate | None] | None = None
    steps: Callable[[Node, str, Reading], tuple[Step, ...]] | None = None

    @property
    def values(self) -> Reader:
        """How literals of this workspace are read."""
        return Reader(self.settings.zone, self.settings.currency)

    def about(self, module: Module) -> Reading:
        """The same pass, looking at records of another module; what was tested there is not known here."""
        return replace(self, module=module, known=set(), elsewhere=True, event=None)

    def in_branches(self) -> Reading:
        """The same pass, outside `conditions`."""
        return replace(self, elsewhere=True)

    def read_condition(self, node: Node, path: str) -> Predicate | None:
        """A nested condition, read by the part of the program that knows all its words."""
        assert self.condition is not None
        found = self.condition(node, path, self)
        if is_too_large(found):
            self.problems.error(node.span.start(), "W512")
            return None
        return found

    def read_steps(self, node: Node | None, path: str) -> tuple[Step, ...]:
        """A nested list of steps; nothing for an absent one."""
        assert self.steps is not None
        return () if node is None else self.steps(node, path, self)

    def place(self, at: Span) -> str:
        """Where something is defined, as `model.yaml:8`."""
        return f"{at.file}:{at.line}"

    def with_partials(self, partials: Mapping[str, Partial]) -> Reading:
        """The same pass, with more texts that a text may take in."""
        return replace(self, partials={**self.partials, **partials}) if partials else self

    def parsed(self, source: str) -> ParsedText:
        """The parsed form of a text (raises TextMistake)."""
        from engine.text import parse_text  # noqa: PLC0415 - loads Jinja2

        return parse_text(source, {name: one.text for name, one in self.partials.items()})
