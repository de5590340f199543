"""Examples at the borders of a workflow, for its author to accept: the engine is asked what happens to each.

They begin with a record that meets all conditions; then one thing about it changes at a time. What is
expected is what happens now, so an example says nothing about what should happen: whoever reads it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from engine.actions.ask import Ask
from engine.examples import Outcome, clock_on, try_examples
from engine.model.diagnostics import Problems
from engine.model.effects import EffectKind
from engine.model.predicates import All, AnyOf, Empty, Leaf, NoneOf, Predicate, leaves, wanted
from engine.model.scores import Score
from engine.model.workflow import Bar, Workflow, all_steps
from engine.suggestions.borders import Borders
from engine.suggestions.boundaries import Held, Probe, Prober
from engine.suggestions.branches import Asked, TagOff, asked_at_once
from engine.suggestions.coverage import Coverage, coverage_of
from engine.suggestions.example_text import Writer
from engine.suggestions.fitting import Fitting, news, over
from engine.suggestions.gaps import why_missing
from engine.suggestions.suggested import Suggested
from engine.suggestions.trying import Trials, held_by
from engine.versions import SETTINGS
from engine.workspace import Workspace

_MOST, _MOST_TRIES = 60, 12


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What can be proposed, and what the examples of the file and these would cover together.

    `is_borrowed`: the record is that of an example of the file. Where there are no examples and not even
    that, nothing could be made to start (`starts`).
    """

    workflow: Workflow
    examples: tuple[Suggested, ...]
    coverage: Coverage
    starts: bool
    is_borrowed: bool = False


def suggest(workspace: Workspace, workflow: Workflow, today: date) -> Suggestions:
    """Examples for what the file's own do not try yet; `today` where it has none."""
    return _Suggester(workspace, workflow, today).all()


class _Suggester:
    def __init__(self, workspace: Workspace, workflow: Workflow, today: date) -> None:
        self.workspace, self.workflow = workspace, workflow
        self.today = workflow.examples[0].today if workflow.examples else today
        borders = Borders(clock_on(self.today, workspace), workspace.settings.language)
        computed = workspace.computed.items()
        scores = {
            key: one
            for (module, key), one in computed
            if module == workflow.module.key and isinstance(one, Score)
        }
        self.prober = Prober(workflow.module, workspace.tables, scores, borders)
        writer = Writer(workspace.model, workspace.settings.zone, borders)
        self.trials = Trials(workspace, workflow, self.today, writer)
        self.fitting = Fitting(workflow.module, self._probes, self._answer)
        self.begun: dict[tuple[object, ...], Probe | None] = {}
        self.conditions = [] if workflow.condition is None else list(leaves(workflow.condition))
        self.optional = frozenset(_optional(workflow.condition))
        self.asked = list(asked_at_once(workflow))
        self.filling: Probe = ()  # what texts need, in every record

    def all(self) -> Suggestions:
        base, is_borrowed = self._base()
        found = [] if base is None else [*self._changed(base), *self._through_time(base)]
        covered = self._covered(found, starts=base is not None)
        return Suggestions(self.workflow, tuple(found), covered, base is not None, is_borrowed)

    def _changed(self, base: Probe) -> list[Suggested]:
        known = {self._key(one) for one in self._own()}
        found: list[Suggested] = []
        for changed, held in self._variations(base):
            key = self._key(held)
            if key in known:
                continue
            known.add(key)
            found += filter(None, [self.trials.suggested(changed, held)])
            if len(found) == _MOST:
                break
        return found

    def _covered(self, found: Sequence[Suggested], *, starts: bool) -> Coverage:
        """What is tried with these examples, and why no example was made for the rest."""
        own = try_examples(self.workspace, self.workflow, Problems())
        made = (one.outcome for one in found if one.outcome is not None)
        covered = coverage_of(self.workspace, self.workflow, [*own, *made])
        asked = [one for one in self.asked if isinstance(one, Asked)]
        unread = {one.leaf.path for one in asked if not self._probes_of(one)}
        whys = {
            (one.aim, one.path): why_missing(one, self.workflow, unread, starts=starts)
            for one in covered.missing
        }
        return replace(covered, whys=whys)

    # --- a record that meets all conditions ---------------------------------------------------

    def _base(self) -> tuple[Probe | None, bool]:
        """Made from the conditions; else that of the first example that starts."""
        condition = self.workflow.condition
        made = [self.fitting.records(condition)]
        if condition is not None:
            rights = zip(self.conditions, wanted(condition), strict=True)
            first = next((leaf for leaf, right in rights if right), None)
            made.append(self.fitting.through(condition, first))
        for some in made:
            for held in islice(some, _MOST_TRIES):
                if self.trials.starts(held):
                    filled = self.trials.filled(held)
                    self.filling = filled[len(held) :]
                    return filled, False
        return next((held for held in self._own() if self.trials.starts(held)), None), True

    def _probes(self, leaf: Leaf) -> tuple[Probe, ...]:
        return self._probes_of(Asked(leaf))

    def _probes_of(self, asked: Asked) -> tuple[Probe, ...]:
        node = self.workspace.node_at(self.workflow.file, asked.leaf.path)
        return self.prober.probes(asked.leaf, node, asked.changes)

    def _answer(self, leaf: Leaf, probe: Probe) -> bool | None:
        """What a condition says of a record that holds this, and nothing else."""
        outcome = self.trials.outcome(self.fitting.needful(probe))
        answers = () if outcome is None else outcome.answers
        return next(
            (one for other, one in zip(self.conditions, answers, strict=False) if other is leaf), None
        )

    # --- one thing at a time ------------------------------------------------------------------

    def _variations(self, base: Probe) -> Iterator[tuple[Probe, Probe]]:
        yield (), base
        for asked in self.asked:
            if isinstance(asked, TagOff):
                yield from self._tagged(asked, base)
                continue
            for probe in self._probes_of(asked):
                own = self._begun(asked, probe[:-1], base)
                if own is None or _only_says_that_there_is_one(asked.leaf, probe, own):
                    continue
                moved = tuple(one for one in own if one not in (*base, *probe) and not _has(probe, one))
                yield (*moved, *news(probe, base)), self.fitting.needful(over(own, probe))
                both = self._together(asked.leaf, own, probe)
                if both is not None:
                    yield (*moved, *news(both, base)), over(own, both)
        for one in base:
            missing = (Held(one.key, one.name),)
            outcome = self.trials.outcome(over(base, missing))
            if outcome is not None and outcome.error is None:  # else a text cannot do without it
                yield missing, over(base, missing)
        for bar in self.workflow.bars:
            for probe in self._barring(bar):
                held = over(base, probe)
                yield tuple(one for one in held if one not in base), held

    def _together(self, leaf: Leaf, own: Probe, probe: Probe) -> Probe | None:
        """The rows of a probe beside those that another condition needs; None where it does not need them."""
        rows = probe[-1].rows
        before = next((one for one in own if one.key == probe[-1].key), None)
        if not rows or before is None or not before.rows:
            return None
        with_them, without = self.trials.outcome(own), self.trials.outcome(over(own, probe))
        if with_them is None or without is None:
            return None
        answers = zip(self.conditions, with_them.answers, without.answers, strict=False)
        if all(one == other for condition, one, other in answers if condition is not leaf):
            return None
        return (*probe[:-1], replace(probe[-1], rows=(*before.rows, *rows)))

    def _tagged(self, asked: TagOff, base: Probe) -> Iterator[tuple[Probe, Probe]]:
        """A record that has the tag which a step takes off."""
        own = self._begun_in(asked.outer, (), base)
        name = self.prober.borders.name(asked.step.field)
        tag = (Held(asked.step.field.key, name, asked.step.tag),)
        if own is not None:
            yield (*(one for one in own if one not in base), *tag), over(own, tag)

    def _begun(self, asked: Asked, beside: Probe, base: Probe) -> Probe | None:
        """The record to change for a condition: it is asked there, decides, and stands in that row.

        None where there is none.
        """
        if asked.leaf.path in self.optional:
            key = (asked.leaf.path, *beside)
            if key not in self.begun:
                self.begun[key] = self._begun_by(asked.leaf, beside)
            return self.begun[key]
        return self._begun_in(asked.outer, beside, base)

    def _begun_in(self, outer: tuple[Predicate, ...], beside: Probe, base: Probe) -> Probe | None:
        if all(one in base for one in beside) and not outer:
            return base
        key = (*(one.path for one in outer), "in", *beside)
        if key not in self.begun:
            own = () if self.workflow.condition is None else (self.workflow.condition,)
            made = islice(self.fitting.records(All("", (*own, *outer)), beside), _MOST_TRIES)
            found = next((one for one in made if self.trials.starts(one)), None)
            self.begun[key] = None if found is None else self._fill(found)
        return self.begun[key]

    def _begun_by(self, leaf: Leaf, beside: Probe) -> Probe | None:
        """A record that starts because of one condition of an `any`: if that one fails, it does not start.

        Else one that starts at all.
        """
        assert self.workflow.condition is not None
        made = islice(self.fitting.through(self.workflow.condition, leaf, beside), _MOST_TRIES)
        started = [one for one in made if self.trials.starts(one)]
        turning = (one for one in started if self._turns(leaf, one))
        found = next(turning, next(iter(started), None))
        return None if found is None else self._fill(found)

    def _fill(self, held: Probe) -> Probe:
        """With what texts and letters need, as the first record has it."""
        return (*held, *(one for one in self.filling if not _has(held, one)))

    def _turns(self, leaf: Leaf, held: Probe) -> bool:
        failing = (probe for probe in self._probes(leaf) if self._answer(leaf, probe) is not True)
        return any(not self.trials.starts(self.fitting.needful(over(held, one))) for one in failing)

    def _barring(self, bar: Bar) -> Sequence[Probe]:
        """What a stop rule or the goal asks for, just so and just not; of an exclusion what it asks for."""
        is_own = not bar.path.startswith("exclusions/")
        file = self.workflow.file if is_own else SETTINGS
        if isinstance(bar.predicate, Leaf) and is_own:
            return self._probes(bar.predicate)
        return [self._meeting(bar.predicate, file)]

    def _meeting(self, predicate: Predicate, file: str) -> Probe:
        """What most likely meets a condition."""
        if isinstance(predicate, Leaf):
            node = self.workspace.node_at(file, predicate.path)
            return next(iter(self.prober.probes(predicate, node)), ())
        items = predicate.items[: predicate.needs] if isinstance(predicate, AnyOf) else predicate.items
        held: Probe = ()
        for one in () if isinstance(predicate, NoneOf) else items:
            held = over(held, self._meeting(one, file))
        return held

    # --- later days ---------------------------------------------------------------------------

    def _through_time(self, base: Probe) -> Iterator[Suggested]:
        """The record through its waits, when nothing changes; and each answer to the first question."""
        first = self.trials.outcome(base)
        until = None if first is None else self.trials.next_day(first.happened)
        if until is None:
            return
        known = {(self._key(given), days) for given, days in self._own_days()}
        for answer, days in [("", until), *((one, 1) for one in self._answers(first))]:
            found = self.trials.lived(base, answer, days)
            if found is not None and (self._key(base), found.days) not in known:
                yield found

    def _answers(self, outcome: Outcome | None) -> Sequence[str]:
        happened = outcome.happened if outcome else ()
        asked = {one.effect.path for one in happened if one.effect.kind is EffectKind.ASK}
        for step in all_steps(self.workflow.steps):
            if isinstance(step.action, Ask) and any(path.startswith(step.path) for path in asked):
                return [one.answer for one in step.action.cases]
        return ()

    # --- the file's own -----------------------------------------------------------------------

    def _own(self) -> Iterator[Probe]:
        """What the examples of the file give, of the day that is looked at."""
        return (given for given, _ in self._own_days())

    def _own_days(self) -> Iterator[tuple[Probe, tuple[tuple[int, str], ...]]]:
        """What the examples of the file give, with their later days and the answers on them."""
        for one in self.workflow.examples:
            if one.today == self.today:
                days = (
                    ((later.day - one.today).days, later.answer.text if later.answer else "")
                    for later in one.later
                )
                yield held_by(one, self.workflow, self.workspace), tuple(days)

    def _key(self, held: Sequence[Held]) -> frozenset[tuple[str, str | None, object]]:
        """What tells records apart: what is held by default need not be said."""
        return frozenset(
            (one.key, one.text, one.rows) for one in self.fitting.needful(tuple(held)) if not one.is_missing
        )


def _optional(predicate: Predicate | None) -> Iterator[str]:
    """The leaves that need not hold, by their paths."""
    if isinstance(predicate, AnyOf):
        yield from (leaf.path for leaf in leaves(predicate))
    elif isinstance(predicate, All):
        for one in predicate.items:
            yield from _optional(one)


def _has(probe: Probe, held: Held) -> bool:
    return any(one.key == held.key for one in probe)


def _only_says_that_there_is_one(leaf: Leaf, probe: Probe, held: Probe) -> bool:
    is_so = isinstance(leaf.tests[0], Empty) and not probe[-1].is_missing
    return is_so and any(one.key == probe[-1].key for one in held)
