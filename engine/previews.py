"""What a template says: every letter of it as one record would get it, and how many could not get it.

The letters are written by what writes them in a night; nothing is started, and nobody is asked for consent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.actions.send_template import SendTemplate
from engine.drafting import Draftsman
from engine.files.messages import parts_of_sms
from engine.model.diagnostics import Diagnostic, Problems
from engine.model.document import Scalar
from engine.model.effects import Fixed, Message
from engine.model.entities import FieldType, Labels, Module
from engine.model.operands import Constant, Gate, RecordKey
from engine.model.values import Show
from engine.model.workflow import OncePer, Workflow, all_steps
from engine.records.matched import Matched
from engine.records.naming import find_record
from engine.records.session import Session
from engine.rows import Row, RowError, RowReader
from engine.select import select_records
from engine.shapes.people import Recipient, Related, Who, read_people
from engine.shapes.reading import ChannelText, Reading, Template
from engine.shapes.templates import read_versions
from engine.shapes.texts import note_mistakes, read_body, read_subject
from engine.workspace import Workspace

_ID = "(preview)"
"""No workflow can be called so."""
_EVERY = "1"
"""The one letter that all related records get."""
_NO_ADDRESS = Fixed("", FieldType.TEXT)
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """Of whom a template speaks: the records of a module; and to which of their related records, if so."""

    module: Module
    related: Related | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What a version (from 1) says on a channel."""

    version: int
    channel: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A form as a record would get it; `fits`: it is of the version for this record.

    `code` and `facts` tell why it cannot be written, where that is so.
    """

    form: Form
    fits: bool
    subject: str = ""
    body: str = ""
    code: str = ""
    facts: Facts = ()

    @property
    def parts(self) -> int:
        """As how many text messages it counts; 0 where it is none."""
        return parts_of_sms(len(self.body)) if self.form.channel == "sms" else 0


@dataclass(frozen=True, slots=True)
class Lack:
    """Why so many records could not get a letter that is meant for them."""

    form: Form
    code: str
    facts: Facts
    count: int


def voices_of(workspace: Workspace, name: str) -> tuple[Voice, ...]:
    """Of whom the workflows speak that send a template, or take the text of a task from it; each once."""
    found: dict[tuple[str, str], Voice] = {}
    for workflow in workspace.workflows:
        if ("template", name) not in workspace.uses.get(workflow.id, ()):
            continue
        actions = [one.action for one in all_steps(workflow.steps)]
        sent = [one.related for one in actions if isinstance(one, SendTemplate) and one.template == name]
        for related in sent or [None]:
            key = (workflow.module.key, "" if related is None else related.relation.name)
            found.setdefault(key, Voice(workflow.module, related))
    return tuple(found.values())


def names_in(workspace: Workspace, template: Template) -> tuple[str, ...]:
    """The names that its texts hold as places for values, as they are written, each once."""
    reading = workspace.reading(next(iter(workspace.model.modules.values())), Problems())
    within = reading.with_partials(template.partials)
    sources = [text for form in template.forms for text in (form.subject, form.body)]
    parsed = filter(None, (note_mistakes(one, template.at, within) for one in sources))
    found = (one.path for text in parsed for one in text.references)
    return tuple(dict.fromkeys(".".join(filter(None, path)) for path in found))


class Preview:
    """A template of a workspace, spoken of the records of a module."""

    def __init__(self, session: Session, workspace: Workspace, template: Template, voice: Voice) -> None:
        problems, settings = Problems(), workspace.settings
        reading = workspace.reading(voice.module, problems).with_partials(template.partials)
        self._session, self._voice = session, voice
        self._show = Show(settings.language, settings.currency, session.clock.zone)
        self._workflow = _nothing(voice.module)
        written = _Written(Draftsman(self._workflow, workspace.model, session.clock, _nobody), reading)
        written.add(template, voice)
        self._draft, self._forms, self._asked = written.draftsman.finish(), written.forms, written.asked
        self.problems: tuple[Diagnostic, ...] = problems.sorted()
        """What is wrong with the template about these records; what is right has its letters all the same."""

    def letters(self, record: str) -> tuple[str, tuple[Letter, ...]]:
        """The key of a record that somebody names, and its letters. Raises WrongUsage."""
        key = find_record(self._session, self._voice.module, record)
        readings = self._readings(key)
        row = readings.matched.find(key)
        found = () if row is None else tuple(readings.letters(row, most=1))
        readings.matched.close()
        return str(key), found

    @property
    def size(self) -> int:
        """How many records there are."""
        return self._session.count(self._voice.module)

    def first(self) -> str:
        """The key of a record to begin with; empty where there is none."""
        rows = self._session.read_all(self._voice.module, [RecordKey(self._voice.module)])
        return next((str(key) for (key,) in rows), "")

    def lacks(self) -> tuple[int, tuple[Lack, ...]]:
        """How many records there are, and for how many of them a letter could not be written, and why."""
        readings = self._readings()
        counted: Counter[tuple[Form, str, Facts]] = Counter()
        for row in readings.matched.all_rows():
            letters = readings.letters(row)
            counted.update({(one.form, one.code, one.facts) for one in letters if one.fits and one.code})
        readings.matched.close()
        told = (Lack(*why, count) for why, count in counted.most_common())
        return readings.matched.starts, tuple(told)

    def _readings(self, only: str | int | None = None) -> _Readings:
        matched = select_records(self._session, self._workflow, self._draft, only)
        reader = RowReader(self._draft, matched.positions(), self._show, self._session.clock)
        return _Readings(matched, reader, self._forms, self._asked)


@dataclass(frozen=True)
class _Readings:
    """Selected records, and what reads the letters of each."""

    matched: Matched
    reader: RowReader
    forms: Sequence[Form]
    asked: Sequence[int | None]

    def letters(self, row: Row, most: int | None = None) -> list[Letter]:
        """Every letter of a record; to related ones, one for each of them, or at most so many."""
        version, related = self._version(row), self.matched.related_to(row)
        found: list[Letter] = []
        for form, batch in zip(self.forms, self.reader.batches, strict=True):
            for one in ((row,) if batch.fan is None else related[batch.fan])[:most]:
                try:
                    _, subject, body, *_ = self.reader.values(batch, one)
                    found.append(Letter(form, form.version == version, subject or "", body))
                except RowError as error:
                    why = tuple(error.facts.items())
                    found.append(Letter(form, form.version == version, code=error.code, facts=why))
        return found

    def _version(self, row: Row) -> int:
        """The first that suits the record; 0 where none does."""
        positions = self.matched.positions()
        suits = (one is None or row[positions[f"b{one}"]] == 1 for one in self.asked)
        return next((number for number, does in enumerate(suits, 1) if does), 0)


class _Written:
    """Writes the forms of a template down as messages, in their order."""

    def __init__(self, draftsman: Draftsman, reading: Reading) -> None:
        self.draftsman = draftsman
        self.reading = reading
        self.forms: list[Form] = []
        self.asked: list[int | None] = []
        """For each version the question whether it suits; None where it suits everybody."""

    def add(self, template: Template, voice: Voice) -> None:
        related = voice.related
        about = self.reading if related is None else self.reading.about(related.relation.module)
        for number, one in enumerate(read_versions(template, "preview", about) or (), 1):
            asked = None
            if one.predicate is not None and related is None:
                asked = self.draftsman.ask(f"preview/{number}", one.predicate)
            self.asked.append(asked)
            for form in one.version.forms:
                self._form(number, form, related)

    def _form(self, number: int, form: ChannelText, related: Related | None) -> None:
        to = self._recipient(form, related)
        subject, body = read_subject(form, self.reading, to), read_body(form, self.reading, to)
        if subject is None or body is None:
            return
        fan = None
        if related is not None:
            every = Constant(_EVERY, FieldType.TEXT)
            fan = self.draftsman.fan(related.relation, related.where, every)
        writer = self.draftsman if fan is None else fan
        path, texts = f"preview/{len(self.forms)}", (writer.text(subject), writer.text(body))
        fanned = None if fan is None else fan.who_get(_EVERY)
        self.draftsman.add(Message(path, Gate(), form.channel, "", _NO_ADDRESS, *texts, fanned=fanned))
        self.forms.append(Form(number, form.channel, form.html))

    def _recipient(self, form: ChannelText, related: Related | None) -> Recipient:
        """Whom `to` means: of a task whoever owns the record, else the customer, or one of those related."""
        if related is not None:
            return Recipient(Who.RECORDS, None, related=related)
        if form.channel == "task" and self.reading.model.people is not None:
            owner = Scalar("owner", quoted=False, span=form.body_at)
            found = read_people(owner, self.reading)
            if found:
                return found[0]
        return Recipient(Who.CUSTOMER, None)


def _nobody(_: object) -> tuple[str, ...]:
    """The members of any role: no text says who they are."""
    return ()


def _nothing(module: Module) -> Workflow:
    """A workflow about all records of a module that does nothing by itself."""
    return Workflow(
        _ID, Labels(_ID, _ID), module, version="", file="", active=False, priority=0, triggers=(),
        condition=None, once_per=OncePer(), limit=None, guard=None, steps=(), examples=(), uses=(),
    )  # fmt: skip
