"""Asks the engine what becomes of a made-up record, on its first night and on later days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from engine.examples import Compare, Expecting, Outcome, Stage, try_example
from engine.expectations import Happened
from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, is_nothing
from engine.model.document import Sequence as List
from engine.model.effects import EffectKind
from engine.model.workflow import Example, Later, Workflow
from engine.suggestions.boundaries import Held, Probe
from engine.suggestions.example_text import Entry, Writer, given_text, node_of
from engine.suggestions.suggested import LaterDay, Suggested, pruned, pruned_later
from engine.verdicts import Verdict
from engine.workspace import Workspace

_MOST_WAITS = 4
_UNREACHED = "W602"
_LACKS = "W601"
"""A text speaks of a value that the record has not."""
_WORDS = {
    Verdict.UNDECIDED: "undecided",
    Verdict.STOPPED: "stopped",
}


class Trials:
    """Tries records of one workflow, each on a day; what became of one is remembered."""

    def __init__(self, workspace: Workspace, workflow: Workflow, today: date, writer: Writer) -> None:
        self.workspace, self.workflow = workspace, workflow
        self.today, self.writer = today, writer
        self._stage = Stage(workspace)
        self._tried: dict[str, Outcome | None] = {}

    def outcome(self, held: Probe) -> Outcome | None:
        """What becomes of a record, whatever is expected; None where it cannot be written."""
        key = given_text(held)
        if key not in self._tried:
            self._tried[key] = self._try(Suggested((), Verdict.MATCH, self.today, held, "nothing"))
        return self._tried[key]

    def starts(self, held: Probe) -> bool:
        """Whether a record does."""
        outcome = self.outcome(held)
        return outcome is not None and outcome.verdict is Verdict.MATCH

    def suggested(self, changed: Probe, held: Probe) -> Suggested | None:
        """The example for a record, with what happens to it now; it is read back as it is written."""
        found = Suggested(changed, Verdict.MATCH, self.today, held, "nothing")

        def expecting(outcome: Outcome, compare: Compare) -> Node:
            nonlocal found
            assert outcome.verdict is not None
            found = replace(found, verdict=outcome.verdict, expect=self._expected(outcome))
            while True:
                node = self._read(found).expect
                fewer = pruned(found, compare(node))
                if fewer == found:
                    return node
                found = fewer

        outcome = self._try(found, expecting)
        if outcome is None or outcome.passed:
            return None if outcome is None else replace(found, outcome=outcome)
        needed = self._needed(outcome)
        return None if needed is None else self.suggested(changed, (*held, needed))

    def filled(self, held: Probe) -> Probe:
        """A record with all that the texts and letters of its first night need."""
        outcome = self.outcome(held)
        needed = None if outcome is None else self._needed(outcome)
        if needed is not None:
            return self.filled((*held, needed))
        if outcome is not None and any(one.reason == _UNREACHED for one in outcome.undone):
            for contact in self._contacts():
                tried = self.outcome((*held, *contact))
                if tried is not None and len(tried.undone) < len(outcome.undone):
                    return (*held, *contact)
        return held

    def _contacts(self) -> Iterator[Probe]:
        """Each way in which the record could be reached."""
        module, borders = self.workflow.module, self.writer.borders
        for field in module.fields.values():
            if field.contact and field.computed is None:
                consent = module.field(field.consent)
                agreed = [] if consent is None else [Held(consent.key, borders.name(consent), borders.yes)]
                yield (Held(field.key, borders.name(field), borders.any_value(field)), *agreed)

    def _needed(self, outcome: Outcome) -> Held | None:
        """What a text lacks, if it is a field of the record."""
        name = outcome.error.facts.get("field", "") if outcome.error is not None else ""
        field = self.workflow.module.field(name)
        if outcome.error is None or outcome.error.code != _LACKS or field is None:
            return None
        return Held(field.key, name, self.writer.borders.any_value(field))

    def lived(self, base: Probe, answer: str, days: int) -> Suggested | None:
        """The record on each day on which a wait of it is over, with what happens by then."""
        found = Suggested((), Verdict.MATCH, self.today, base, "started")
        until: int | None = days
        while until is not None and len(found.later) < _MOST_WAITS:
            said = "" if found.later else answer
            asked = replace(found, later=(*found.later, LaterDay(until, said, "nothing")))
            tried = self._try(asked)
            if tried is None or len(tried.later) < len(asked.later):
                return None
            day = tried.later[-1]
            expect = self._entries([one for one in day.happened if one.effect.kind is not EffectKind.WAIT])
            found = replace(found, later=(*found.later, LaterDay(until, said, expect or "nothing")))
            following = self.next_day(day.happened)
            until = following if following is not None and following > until else None
        return self._held_to(found)

    def next_day(self, happened: Sequence[Happened]) -> int | None:
        """In how many days the last of the waits is over."""
        ends = [one.effect.details["until"] for one in happened if one.effect.details.get("until")]
        if not ends:
            return None
        zone = self.workspace.settings.zone
        days = max((datetime.fromisoformat(one).astimezone(zone).date() - self.today).days for one in ends)
        return days or None

    def _held_to(self, found: Suggested) -> Suggested | None:
        """The example without what does not read back; None where it does not hold then."""
        tried = self._try(found)
        while tried is not None and not tried.passed:
            fewer = pruned_later(found, tried)
            if fewer == found:
                return None
            found, tried = fewer, self._try(fewer)
        return None if tried is None else replace(found, outcome=tried)

    def _expected(self, outcome: Outcome) -> str | tuple[Entry, ...]:
        if outcome.verdict is not Verdict.MATCH:
            return _WORDS.get(outcome.verdict, "nothing") if outcome.verdict else "nothing"
        return self._entries(outcome.happened) or "started"

    def _entries(self, happened: Sequence[Happened]) -> tuple[Entry, ...]:
        return tuple(self.writer.entry(one) for one in happened)

    def _try(self, one: Suggested, expecting: Expecting | None = None) -> Outcome | None:
        problems = Problems()
        outcome = try_example(
            self.workspace,
            self.workflow,
            self._read(one),
            problems,
            expecting=expecting,
            stage=self._stage,
        )
        return None if problems.found else outcome

    def _read(self, one: Suggested) -> Example:
        """The example as its text says it."""
        item = node_of("\n" + "\n".join(f"  {line}" for line in one.lines("x")))
        assert isinstance(item, List)
        read = item.items[0]
        assert isinstance(read, Block)
        given, expect, later = read.get("given"), read.get("expect"), read.get("later")
        assert expect is not None
        days = tuple(self._later(each) for each in (later.items if isinstance(later, List) else ()))
        return Example("", self.today, given if isinstance(given, Block) else None, expect, read.span, days)

    def _later(self, node: Node) -> Later:
        assert isinstance(node, Block)
        after, expect, answer = node.get("after"), node.get("expect"), node.get("answer")
        assert isinstance(after, Scalar)
        assert expect is not None
        day = date.fromordinal(self.today.toordinal() + int(after.text.partition(" ")[0]))
        return Later(day, None, answer if isinstance(answer, Scalar) else None, expect, node.span)


def held_by(example: Example, workflow: Workflow, workspace: Workspace) -> Probe:
    """What an example of a file gives."""
    given = example.given.entries if example.given else ()
    return tuple(_held(key.text, node, workflow, workspace) for key, node in given)


def _held(name: str, node: Node, workflow: Workflow, workspace: Workspace) -> Held:
    field = workflow.module.field(name)
    if isinstance(node, List):
        rows = tuple(_row(item) for item in node.items if isinstance(item, Block))
        relation = workspace.model.relation(workflow.module, name)
        return Held(f"→{relation.name if relation else name}", name, None, rows)
    text = None if is_nothing(node) or not isinstance(node, Scalar) else node.text
    return Held(name if field is None else field.key, name, text)


def _row(node: Block) -> tuple[tuple[str, str], ...]:
    return tuple((key.text, one.text if isinstance(one, Scalar) else "") for key, one in node.entries)
