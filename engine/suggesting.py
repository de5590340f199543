"""Examples at the borders of a workflow, for its author to accept: the engine is asked what happens to each.

They begin with a record that meets all conditions; then one thing about it changes at a time. What is
expected is what happens now, so an example says nothing about what should happen: whoever reads it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from engine.actions.ask import Ask
from engine.actions.choose import Choose
from engine.actions.if_then import IfThen
from engine.boundaries import Held, Probe, Prober
from engine.example_text import Entry, Writer, given_text, node_of
from engine.examples import Compare, Expecting, Outcome, clock_on, try_example
from engine.expectations import Happened
from engine.fitting import Fitting, news, over
from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, Span
from engine.model.document import Sequence as List
from engine.model.effects import EffectKind
from engine.model.predicates import All, AnyOf, Empty, Leaf, Predicate, leaves
from engine.model.workflow import Example, Later, Step, Workflow, all_steps
from engine.suggested import LaterDay, Suggested, pruned, pruned_later
from engine.verdicts import Verdict
from engine.workspace import Workspace

_MOST, _MOST_TRIES, _MOST_WAITS = 60, 12, 4
_WORDS = {
    Verdict.UNDECIDED: "undecided",
    Verdict.STOPPED: "stopped",
}


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What can be proposed. `unread` are the places of conditions that no example could be made for;
    `is_borrowed`: the record is that of an example of the file. Where there are no examples and not even
    that, nothing could be made to start (`starts`).
    """

    workflow: Workflow
    examples: tuple[Suggested, ...]
    unread: tuple[Span, ...]
    starts: bool
    is_borrowed: bool = False


def suggest(workspace: Workspace, workflow: Workflow, today: date) -> Suggestions:
    """Examples for what the file's own do not try yet; `today` where it has none."""
    return _Suggester(workspace, workflow, today).all()


class _Suggester:
    def __init__(self, workspace: Workspace, workflow: Workflow, today: date) -> None:
        self.workspace, self.workflow = workspace, workflow
        self.today = workflow.examples[0].today if workflow.examples else today
        self.clock = clock_on(self.today, workspace)
        self.prober = Prober(workflow.module, workspace.tables, self.clock)
        self.writer = Writer(workspace.model, workspace.settings.zone)
        self.tried: dict[str, Outcome | None] = {}
        self.fitting = Fitting(workflow.module, self._probes)
        self.begun: dict[tuple[Probe, str], Probe | None] = {}
        self.optional = frozenset(_optional(workflow.condition))

    def all(self) -> Suggestions:
        base, is_borrowed = self._base()
        if base is None:
            return Suggestions(self.workflow, (), self._unread(), starts=False)
        known = {self._key(one) for one in self._own()}
        found: list[Suggested] = []
        for changed, held in self._variations(base):
            key = self._key(held)
            if key in known:
                continue
            known.add(key)
            found += filter(None, [self._suggested(changed, held)])
            if len(found) == _MOST:
                break
        examples = (*found, *self._through_time(base))
        return Suggestions(self.workflow, examples, self._unread(), starts=True, is_borrowed=is_borrowed)

    # --- a record that meets all conditions ---------------------------------------------------

    def _base(self) -> tuple[Probe | None, bool]:
        """Made from the conditions; else that of the first example that starts."""
        for held in islice(self.fitting.records(self.workflow.condition), _MOST_TRIES):
            if self._starts(held):
                return held, False
        for held in self._own():
            if self._starts(held):
                return held, True
        return None, False

    def _probes(self, leaf: Leaf) -> tuple[Probe, ...]:
        return self.prober.probes(leaf, self.workspace.node_at(self.workflow.file, leaf.path))

    # --- one thing at a time ------------------------------------------------------------------

    def _variations(self, base: Probe) -> Iterator[tuple[Probe, Probe]]:
        yield (), base
        for leaf in self._asked_at_once():
            for probe in self._probes(leaf):
                own = self._begun(leaf, probe[:-1], base)
                if own is not None and not _only_says_that_there_is_one(leaf, probe, own):
                    changed = self.fitting.needful(over(own, probe))
                    moved = tuple(one for one in own if one not in (*base, *probe) and not _has(probe, one))
                    yield (*moved, *news(probe, base)), changed
        for one in base:
            missing = (Held(one.key, one.name),)
            yield missing, over(base, missing)
        for bar in self.workflow.bars:
            node = self.workspace.node_at(self._file_of(bar.path), bar.path)
            for held in islice(self._meeting_bar(bar.predicate, node, base), 1):
                yield tuple(one for one in held if one not in base), held

    def _begun(self, leaf: Leaf, beside: Probe, base: Probe) -> Probe | None:
        """The record to change for a leaf: it starts because of that leaf, and stands in that row of a table.

        None where there is none.
        """
        is_optional = leaf.path in self.optional
        if all(one in base for one in beside) and not is_optional:
            return base
        through = leaf if is_optional else None
        key = beside, leaf.path if is_optional else ""
        if key not in self.begun:
            found = islice(self.fitting.records(self.workflow.condition, beside, through), _MOST_TRIES)
            self.begun[key] = next((one for one in found if self._starts(one)), None)
        return self.begun[key]

    def _starts(self, held: tuple[Held, ...]) -> bool:
        outcome = self._outcome(held)
        return outcome is not None and outcome.verdict is Verdict.MATCH

    def _file_of(self, path: str) -> str:
        return self.workflow.file if not path.startswith("exclusions/") else "workspace.yaml"

    def _meeting_bar(
        self, predicate: Predicate, node: Node | None, base: tuple[Held, ...]
    ) -> Iterator[tuple[Held, ...]]:
        """The record, as far as it is changed so that a stop rule, an exclusion or the goal holds for it."""
        if isinstance(predicate, Leaf):
            for probe in self.prober.probes(predicate, node):
                yield over(base, probe)
        elif isinstance(predicate, All) and node is not None:
            held = base
            for leaf in leaves(predicate):
                probe = next(iter(self._probes(leaf)), ())
                held = over(held, probe)
            yield held

    def _asked_at_once(self) -> Iterator[Leaf]:
        """The conditions, and those of the branches that are come to before anything is waited for."""
        if self.workflow.condition is not None:
            yield from leaves(self.workflow.condition)
        for step in _at_once(self.workflow.steps):
            action = step.action
            predicates = [action.predicate] if isinstance(action, IfThen) else []
            if isinstance(action, Choose):
                predicates = [one.predicate for one in action.cases]
            for one in predicates:
                yield from leaves(one)

    def _unread(self) -> tuple[Span, ...]:
        nodes = (
            self.workspace.node_at(self.workflow.file, leaf.path)
            for leaf in self._asked_at_once()
            if not self._probes(leaf)
        )
        return tuple(dict.fromkeys(one.span for one in nodes if one is not None))

    # --- asking the engine --------------------------------------------------------------------

    def _suggested(self, changed: Probe, held: tuple[Held, ...]) -> Suggested | None:
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
        return found if outcome is not None and outcome.passed else None

    def _expected(self, outcome: Outcome) -> str | tuple[Entry, ...]:
        if outcome.verdict is not Verdict.MATCH:
            return _WORDS.get(outcome.verdict, "nothing") if outcome.verdict else "nothing"
        return self._entries(outcome.happened) or "started"

    def _entries(self, happened: Sequence[Happened]) -> tuple[Entry, ...]:
        return tuple(self.writer.entry(one) for one in happened)

    def _outcome(self, held: tuple[Held, ...]) -> Outcome | None:
        """What becomes of a record, whatever is expected; None where it cannot be written."""
        key = given_text(held)
        if key not in self.tried:
            self.tried[key] = self._try(Suggested((), Verdict.MATCH, self.today, held, "nothing"))
        return self.tried[key]

    def _try(self, one: Suggested, expecting: Expecting | None = None) -> Outcome | None:
        problems = Problems()
        outcome = try_example(self.workspace, self.workflow, self._read(one), problems, expecting=expecting)
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

    # --- later days ---------------------------------------------------------------------------

    def _through_time(self, base: tuple[Held, ...]) -> Iterator[Suggested]:
        """The record through its waits, when nothing changes; and each answer to the first question."""
        first = self._outcome(base)
        until = None if first is None else self._next_day(first.happened)
        if until is None:
            return
        yield from filter(None, [self._lived(base, "", until)])
        for answer in self._answers(first):
            yield from filter(None, [self._lived(base, answer, 1)])

    def _lived(self, base: tuple[Held, ...], answer: str, days: int) -> Suggested | None:
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
            following = self._next_day(day.happened)
            until = following if following is not None and following > until else None
        return self._held_to(found)

    def _held_to(self, found: Suggested) -> Suggested | None:
        """The example without what does not read back; None where it does not hold then."""
        tried = self._try(found)
        while tried is not None and not tried.passed:
            fewer = pruned_later(found, tried)
            if fewer == found:
                return None
            found, tried = fewer, self._try(fewer)
        return None if tried is None else found

    def _next_day(self, happened: Sequence[Happened]) -> int | None:
        """In how many days the last of the waits is over."""
        ends = [one.effect.details["until"] for one in happened if one.effect.details.get("until")]
        if not ends:
            return None
        zone = self.workspace.settings.zone
        days = max((datetime.fromisoformat(one).astimezone(zone).date() - self.today).days for one in ends)
        return days or None

    def _answers(self, outcome: Outcome | None) -> Sequence[str]:
        asked = (
            {one.effect.path for one in outcome.happened if one.effect.kind is EffectKind.ASK}
            if outcome
            else set()
        )
        for step in all_steps(self.workflow.steps):
            if isinstance(step.action, Ask) and any(path.startswith(step.path) for path in asked):
                return [one.answer for one in step.action.cases]
        return ()

    # --- the file's own -----------------------------------------------------------------------

    def _own(self) -> Iterator[tuple[Held, ...]]:
        """What the examples of the file give, of the day that is looked at."""
        for one in self.workflow.examples:
            if one.today == self.today:
                yield tuple(
                    self._held(key.text, node) for key, node in (one.given.entries if one.given else ())
                )

    def _held(self, name: str, node: Node) -> Held:
        field = self.workflow.module.field(name)
        if isinstance(node, List):
            rows = tuple(_row(item) for item in node.items if isinstance(item, Block))
            relation = self.workspace.model.relation(self.workflow.module, name)
            return Held(f"→{relation.name if relation else name}", name, None, rows)
        text = node.text if isinstance(node, Scalar) else ""
        return Held(name if field is None else field.key, name, text)

    def _key(self, held: Sequence[Held]) -> frozenset[tuple[str, str | None, object]]:
        """What tells records apart: what is held by default need not be said."""
        return frozenset(
            (one.key, one.text, one.rows) for one in self.fitting.needful(tuple(held)) if not one.is_missing
        )


def _row(node: Block) -> tuple[tuple[str, str], ...]:
    return tuple((key.text, one.text if isinstance(one, Scalar) else "") for key, one in node.entries)


def _at_once(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps that are come to on the first night."""
    for step in steps:
        if hasattr(step.action, "resume"):
            return
        yield step
        if isinstance(step.action, IfThen):
            yield from _at_once((*step.action.then, *step.action.otherwise))


def _optional(predicate: Predicate | None) -> Iterator[str]:
    """The leaves that need not hold, by their paths."""
    if isinstance(predicate, AnyOf):
        yield from (leaf.path for leaf in leaves(predicate))
    elif isinstance(predicate, All):
        for one in predicate.items:
            yield from _optional(one)


def _has(probe: Probe, held: Held) -> bool:
    return any(one.key == held.key for one in probe)


def _only_says_that_there_is_one(leaf: Leaf, probe: Probe, held: tuple[Held, ...]) -> bool:
    is_so = isinstance(leaf.tests[0], Empty) and not probe[-1].is_missing
    return is_so and any(one.key == probe[-1].key for one in held)
