"""Examples: the `tests:` of a workflow file, each tried on one made-up record in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeAlias

from engine.compile import compile_workflow
from engine.dryrun import DryRun, dry_run
from engine.expectations import Difference, Differs, Expectation, Happened
from engine.files.exclusions import read_exclusions
from engine.model.diagnostics import Problems
from engine.model.document import Node
from engine.model.effects import Undone
from engine.model.moments import Clock
from engine.model.operands import Operand
from engine.model.workflow import Bar, Example, Later, Workflow
from engine.records.session import Session
from engine.records.store import Store
from engine.records.tracing import trace
from engine.rows import RowError
from engine.trial_nights import Nights, clock_on
from engine.trial_world import RECORD, Given, People, World
from engine.verdicts import Verdict
from engine.workspace import Workspace

__all__ = ["RECORD", "Compare", "Expecting", "Outcome", "Stage", "clock_on", "try_example", "try_examples"]

_UNMET = {Verdict.NO_MATCH, Verdict.UNDECIDED}
_NO_LIMIT = (10**9, 1.0)
"""An example says what is done with one record, not whether so many may be; guards are for real runs."""


@dataclass(frozen=True)
class Outcome:
    """One day of an example: what happened to its record by then, and how that differs from what is expected.

    `verdict` is None where the example itself could not be read. `unmet` are the paths of the conditions
    that its record does not meet, `bar` is what keeps it out, `undone` tells why steps were not done,
    `error` why the record cannot be processed. `day` counts from the first one, which has the `later` ones,
    and the `answers` of all conditions in the order of the file.
    """

    workflow: Workflow
    example: Example
    verdict: Verdict | None = None
    happened: tuple[Happened, ...] = ()
    differences: tuple[Difference, ...] = ()
    unmet: tuple[str, ...] = ()
    bar: Bar | None = None
    undone: tuple[Undone, ...] = ()
    error: RowError | None = None
    day: int = 0
    later: tuple[Outcome, ...] = ()
    answers: tuple[bool | None, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether what happened is what was expected, on all days."""
        is_so = self.verdict is not None and self.error is None and not self.differences
        return is_so and all(one.passed for one in self.later)

    @property
    def is_clear(self) -> bool:
        """Whether it makes sense to go on to later days: what happened is of the kind that was expected."""
        return self.error is None and all(one.kind is not Differs.VERDICT for one in self.differences)


def try_examples(
    workspace: Workspace,
    workflow: Workflow,
    problems: Problems,
    stage: Stage | None = None,
    *,
    since: int = 0,
) -> Iterator[Outcome]:
    """The examples of a workflow in order; what is written wrong in one is noted and it fails.

    `since`: so many are left out, as they were tried before.
    """
    stage = stage or Stage(workspace)
    for example in workflow.examples[since:]:
        yield try_example(workspace, workflow, example, problems, stage=stage)


Compare: TypeAlias = Callable[[Node], tuple[Difference, ...]]
"""How what an `expect` says differs from what happened."""
Expecting: TypeAlias = Callable[[Outcome, Compare], Node]
"""What is expected of the first night, when it is known what happened on it."""


def try_example(
    workspace: Workspace,
    workflow: Workflow,
    example: Example,
    problems: Problems,
    *,
    expecting: Expecting | None = None,
    stage: Stage | None = None,
) -> Outcome:
    """One example, of the file or made up; `expecting` says what one expects that is not written yet.

    Several are quicker on one `stage`.
    """
    trial = _Trial(workspace, workflow, example, problems, expecting=expecting)
    return trial.outcome(stage or Stage(workspace))


class Stage:
    """Where examples of a workspace are tried: one database in memory, empty for each of them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._made: tuple[Store, Callable[[], None]] | None = None

    def empty(self, clock: Clock) -> Store:
        """The database without anything in it."""
        if self._made is None:
            zone = str(self._workspace.settings.zone)
            self._made = Store.stage(self._workspace.model, zone, clock)
        else:
            self._made[1]()
        return self._made[0]


class _Trial:
    """One example being tried."""

    def __init__(
        self,
        workspace: Workspace,
        workflow: Workflow,
        example: Example,
        problems: Problems,
        *,
        expecting: Expecting | None = None,
    ) -> None:
        guards = dict.fromkeys(workspace.settings.guards, _NO_LIMIT)
        settings = replace(workspace.settings, guards=guards, recording=None)
        self.workspace = replace(workspace, settings=settings)
        self.workflow = workflow
        self.example = example
        self.problems = problems
        self.expecting = expecting
        self.clock = clock_on(example.today, workspace)
        self.reading = workspace.reading(workflow.module, problems)
        self.world = World(self.workspace, workflow, self.reading)
        self.fixed: Mapping[tuple[str, str], Operand] = {}

    def outcome(self, stage: Stage) -> Outcome:
        """Whether what happens is what is expected, on the first day and on every later one."""
        before = len(self.problems.found)
        given = self.world.first(self.example.given, self.clock)
        workspace, workflow = self._fixing(given)
        if len(self.problems.found) > before or workflow is None:
            return Outcome(self.workflow, self.example)
        with stage.empty(self.clock).write(self.clock) as session:
            with session.transaction():
                self.world.begin(session, given)
            nights = Nights(session, self.world.key, workspace, workflow)
            first = self._compared(dry_run(session, workspace, workflow), nights)
            if not self.example.later or not first.is_clear:
                return first
            nights.begin(self.example.today)
            return replace(first, later=tuple(self._later(nights)))

    def _later(self, nights: Nights) -> Iterator[Outcome]:
        """The later days in order, up to the first on which something else happens than is expected."""
        before = self.example.today
        for number, entry in enumerate(self.example.later, start=1):
            found = self._day(nights, before, entry, number)
            yield found
            if not found.is_clear:
                return
            before = entry.day

    def _day(self, nights: Nights, before: date, entry: Later, number: int) -> Outcome:
        """What happens up to a later day, on which something may have changed."""
        clock, noted = clock_on(entry.day, self.workspace), len(self.problems.found)
        as_told = replace(self.example, given=entry.given, expect=entry.expect, at=entry.at)
        outcome = Outcome(self.workflow, as_told, day=(entry.day - self.example.today).days)
        given = self.world.later(entry.given, clock, number)
        if len(self.problems.found) > noted:
            return outcome
        lived = nights.between(before, entry.day)
        if given.fixed:
            workspace, workflow = self._fixing(given)
            if workflow is None:
                return outcome
            nights.workspace, nights.workflow = workspace, workflow
        session = nights.at(entry.day)
        with session.transaction():
            unmet = self.world.change(session, given)
        differences = [Difference(Differs.NO_TASK, at) for at in unmet]
        if entry.answer is not None and not nights.answer(entry.day, entry.answer.text):
            differences.append(Difference(Differs.NO_QUESTION, entry.answer.span, expected=entry.answer))
        nights.live(entry.day, lived)
        verdict = Verdict.MATCH if lived.started else Verdict.ALREADY
        expectation = self._expectation(session)
        if lived.error is None:
            differences += expectation.later_differences(entry.expect, verdict, lived.happened)
        return replace(
            outcome,
            verdict=verdict,
            happened=tuple(lived.happened),
            differences=tuple(differences),
            undone=tuple(lived.undone),
            error=lived.error,
        )

    def _fixing(self, given: Given) -> tuple[Workspace, Workflow | None]:
        """Workspace and workflow with values in place of some computed fields, those of earlier days too."""
        self.fixed = {**self.fixed, **given.fixed}
        if not self.fixed:
            return self.workspace, replace(self.workflow, control=None)
        workspace = self.workspace.with_fixed(self.reading, self.fixed)
        return workspace, self._with(workspace)

    def _with(self, workspace: Workspace) -> Workflow | None:
        """The workflow again, with the fixed values in place of computed fields."""
        document = workspace.documents[self.workflow.file]
        reading = workspace.reading(self.workflow.module, Problems())
        reading = replace(reading, exclusions=read_exclusions(workspace.settings.exclusions, reading))
        found = compile_workflow(document, reading, lambda _: self.workflow.version)
        return None if found is None else replace(found, control=None)

    # --- expected ----------------------------------------------------------------------------

    def _compared(self, dry: DryRun, nights: Nights) -> Outcome:
        """The first night, from its dry run."""
        key = self.world.key
        plan = dry.record(key)
        assert plan is not None
        happened = tuple(nights.told(dry.session, plan.effects))
        asked = trace(dry.session, dry.workflow, key)
        expectation = self._expectation(dry.session)

        def compare(expect: Node) -> tuple[Difference, ...]:
            return () if plan.error else expectation.differences(expect, plan.verdict, happened)

        found = Outcome(
            self.workflow,
            self.example,
            plan.verdict,
            happened,
            (),
            tuple(one.leaf.path for one in asked if one.answer is not True and plan.verdict in _UNMET),
            plan.bar,
            tuple(one for one in plan.effects if isinstance(one, Undone)),
            plan.error,
            answers=tuple(one.answer for one in asked),
        )
        expect = self.example.expect if self.expecting is None else self.expecting(found, compare)
        return replace(found, differences=compare(expect))

    def _expectation(self, session: Session) -> Expectation:
        people = People(self.workspace, self.workflow.module, session)
        value = partial(self.world.value, clock=session.clock)
        return Expectation(self.workspace.model, self.reading, session.clock, value, people.called)
