"""Examples for people and machines: a line for one that holds, else every difference with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.actions.add_tag import AddTag
from engine.actions.remove_tag import RemoveTag
from engine.example_shapes import GOAL
from engine.examples import RECORD, Outcome
from engine.expectations import Difference, Differs, Happened
from engine.model.diagnostics import Diagnostic
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar
from engine.model.document import Sequence as List
from engine.model.effects import Effect, EffectKind
from engine.report.bars import told_bar
from engine.report.layout import shortened
from engine.report.phrases import Phrases
from engine.report.reasons import Reasons
from engine.report.values import told_moment, told_value
from engine.texts import Texts
from engine.verdicts import Verdict
from engine.workspace import Workspace

_CELLS, _LINE = 40, 90
_SPECIAL = frozenset(":,{}[]#\"'")
_UNTOLD = frozenset({"body", "address", "answers"})
"""Details of effects that are too long to be told, or that no file writes."""


def render_outcome(outcome: Outcome, workspace: Workspace, language: str) -> str:
    """One example: a line when it holds, else every difference under it, each with its place."""
    texts = Texts.of(language)
    key = "test.passed" if outcome.passed else "test.failed"
    lines = [texts.say(key, name=f"{outcome.workflow.id} · {outcome.example.name}")]
    for day in (outcome, *outcome.later):
        told = _Told(day, workspace, texts)
        for line, sentence in told.differences():
            lines.append(texts.say("test.at", file=outcome.example.at.file, line=line, told=sentence))
        lines += [f"      {one}" for one in (*told.done(), *told.undone())]
    return "\n".join(lines)


def outcome_json(outcome: Outcome, workspace: Workspace, language: str) -> dict[str, Any]:
    """One example for machines; `expected` and `got` in the words of the file.

    `differences` are those of all days, `later` the days after the first; `day` counts from the first, 0.
    """
    texts = Texts.of(language)
    told = _Told(outcome, workspace, texts)
    days = [_Told(one, workspace, texts) for one in outcome.later]
    return {
        "workflow": outcome.workflow.id,
        "name": outcome.example.name,
        "passed": outcome.passed,
        "expected": told.expected(),
        "got": told.got(),
        "file": outcome.example.at.file,
        "line": outcome.example.at.line,
        "differences": [found for one in (told, *days) for found in one.differences_json()],
        "later": [one.day_json() for one in days],
    }


@dataclass(frozen=True)
class ExampleTold:
    """One example as a page shows it: `wrong` is what was expected and what came, a sentence each.

    `came` is what was done, and why steps were not, where the sentences do not say it.
    """

    name: str
    line: int
    wrong: tuple[str, ...] = ()
    came: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether what happens is what the example expects."""
        return not self.wrong


def tell_example(
    outcome: Outcome, workspace: Workspace, language: str, problems: Iterable[Diagnostic] = ()
) -> ExampleTold:
    """One example; `problems` are the mistakes in it, where it could not be read."""
    texts, example = Texts.of(language), outcome.example
    if outcome.passed:
        return ExampleTold(example.name, example.at.line)
    mistakes = tuple(texts.message(one.code, dict(one.facts)) for one in problems)
    days = [_Told(one, workspace, texts, is_titled=True) for one in (outcome, *outcome.later)]
    wrong = mistakes or tuple(sentence for day in days for _, sentence in day.differences())
    came = tuple(one for day in days for one in (*day.done(), *day.undone()))
    return ExampleTold(example.name, example.at.line, wrong, came)


def tell_standing(count: int, broken: int, language: str) -> str:
    """How many of so many examples hold, in one sentence."""
    key = "test.some_broken" if broken else "test.all_hold"
    return Texts.of(language).say(key, count=count, broken=broken)


def render_summary(outcomes: Sequence[Outcome], language: str) -> str:
    """How many examples passed."""
    passed = sum(one.passed for one in outcomes)
    if not outcomes:
        return Texts.of(language).say("test.none")
    return Texts.of(language).say("test.summary", passed=passed, failed=len(outcomes) - passed)


class _Told:
    """One example in words; `is_titled`: steps by their titles, for readers who see a form and no file."""

    def __init__(
        self, outcome: Outcome, workspace: Workspace, texts: Texts, *, is_titled: bool = False
    ) -> None:
        self._outcome = outcome
        self._workspace = workspace
        self._texts = texts
        self._zone = workspace.settings.zone
        self._is_titled = is_titled

    def differences_json(self) -> list[dict[str, Any]]:
        """Each difference for machines."""
        return [
            {"kind": kind, "day": self._outcome.day, "line": line, "message": sentence}
            for kind, (line, sentence) in zip(self._kinds(), self.differences(), strict=True)
        ]

    def day_json(self) -> dict[str, Any]:
        """A later day for machines."""
        return {
            "day": self._outcome.day,
            "passed": self._outcome.passed,
            "expected": self.expected(),
            "got": self.got(),
            "line": self._outcome.example.at.line,
        }

    def _kinds(self) -> list[str]:
        """What each difference is called."""
        if self._outcome.error is not None:
            return ["error"]
        if self._outcome.verdict is None:
            return ["unreadable"]
        return [str(one.kind) for one in self._outcome.differences]

    def differences(self) -> list[tuple[int, str]]:
        """The line and a sentence for each; after the first day with the day."""
        day, say = self._outcome.day, self._texts.say
        if not day:
            return self._differences()
        return [(line, say("test.on_day", day=day, told=told)) for line, told in self._differences()]

    def _differences(self) -> list[tuple[int, str]]:
        outcome, say = self._outcome, self._texts.say
        if outcome.error is not None:
            reason = self._texts.message(outcome.error.code, outcome.error.facts)
            return [(outcome.example.at.line, say("plan.failing", reason=reason))]
        if outcome.verdict is None:
            return [(outcome.example.at.line, say("test.unreadable"))]
        return [(one.at.line, self._sentence(one)) for one in outcome.differences]

    def done(self) -> list[str]:
        """What was done, where the verdict was not expected: one effect a line."""
        if not any(one.kind is Differs.VERDICT for one in self._outcome.differences):
            return []
        return [self._texts.say("test.done", effect=self._short(one)) for one in self._outcome.happened]

    def undone(self) -> list[str]:
        """Why steps were not done, where something else was expected."""
        outcome = self._outcome
        reasons = Reasons(self._texts, self._workspace)
        shown = outcome.undone if outcome.differences else ()
        return list(
            dict.fromkeys(
                self._texts.say("plan.skipped", reason=reasons.of(one, outcome.workflow)) for one in shown
            )
        )

    def expected(self) -> str:
        """What the file expects."""
        expect = self._outcome.example.expect
        return self._list(map(self._step, expect.items)) if isinstance(expect, List) else _flow(expect)

    def got(self) -> str:
        """What happened, in the words of the file; else why nothing did."""
        outcome = self._outcome
        if outcome.error is not None:
            return self._texts.message(outcome.error.code, outcome.error.facts)
        if outcome.happened:
            return self._list(self._effect(one) for one in outcome.happened)
        if outcome.verdict is None:
            return ""
        return self._texts.say("test.nothing") if outcome.day else self._verdict(outcome.verdict)

    def _list(self, parts: Iterable[str]) -> str:
        return self._texts.say("plan.clause").join(parts)

    def _sentence(self, one: Difference) -> str:
        say = self._texts.say
        if one.kind is Differs.VERDICT and isinstance(one.expected, Scalar):
            return say("test.verdict", expected=say(f"test.expect_{one.expected.text}"), got=self._did())
        if one.kind is Differs.VERDICT:
            return say("test.verdict", expected=self.expected(), got=self._did())
        if one.kind is Differs.ORDER:
            came = say("plan.list").join(self._called(each.word) for each in self._outcome.happened)
            wanted = one.expected.items if isinstance(one.expected, List) else ()
            words = say("plan.list").join(self._called(_word(each)) for each in wanted)
            return say("test.order", expected=words, got=came)
        facts = {
            "word": self._called(one.word),
            "name": one.name,
            "expected": self._expected(one),
            "got": self._got(one),
        }
        key = "detail_whole" if one.kind is Differs.DETAIL and not one.name else str(one.kind)
        return say(f"test.{key}", known=self._known(one), **facts)

    def _did(self) -> str:
        """The verdict, with the reason why nothing happened."""
        verdict, say = self._outcome.verdict, self._texts.say
        assert verdict is not None
        if self._outcome.day:
            return say("test.did_more" if self._outcome.happened else "test.nothing")
        if verdict is not Verdict.MATCH:
            return self._verdict(verdict)
        return say("test.did" if self._outcome.happened else "test.did_nothing")

    def _verdict(self, verdict: Verdict) -> str:
        """Why nothing happened."""
        told, outcome = self._texts.say(f"verdict.{verdict}"), self._outcome
        reasons = [self._condition(path) for path in outcome.unmet]
        if outcome.bar is not None:
            reasons = [told_bar(outcome.bar, self._workspace, outcome.workflow, self._texts)]
        return self._texts.say("test.because", told=told, reasons=self._list(reasons)) if reasons else told

    def _condition(self, path: str) -> str:
        workflow = self._outcome.workflow
        node = self._workspace.node_at(workflow.file, path)
        told = Phrases(self._texts, self._workspace.model).of(node, path, workflow.module)
        if node is None:
            return told
        place = self._texts.say("explain.place", file=node.span.file, line=node.span.line)
        return self._texts.say("reason.asked", condition=told, place=place)

    def _expected(self, one: Difference) -> str:
        if one.expected is None:
            return ""
        return self._step(one.expected) if one.kind is Differs.MISSING else _flow(one.expected)

    def _got(self, one: Difference) -> str:
        """What came instead: a value as the file would write it, else the whole effect."""
        if one.field is not None:
            return told_value(one.field, one.got, self._texts, self._zone)
        if one.name == "until":
            return told_moment(str(one.got), self._zone)
        if one.name and one.kind is Differs.DETAIL:
            return shortened(str(one.got), _CELLS) or self._texts.say("answer.empty")
        return "" if one.happened is None else self._short(one.happened)

    def _short(self, one: Happened) -> str:
        """An effect on a line that is easily read."""
        return shortened(self._effect(one), _LINE)

    def _known(self, one: Difference) -> str:
        details = one.happened.effect.details if one.happened is not None else {}
        return self._texts.say("plan.list").join(details)

    def _effect(self, one: Happened) -> str:
        """An effect as `expect` would write it."""
        effect, word = one.effect, self._called(one.word)
        if one.word in {AddTag.name, RemoveTag.name}:
            return f"{word}: {self._texts.say('plan.list').join(_moved(effect))}"
        if effect.kind in {EffectKind.UPDATE, EffectKind.CREATE}:
            return f"{word}: {{{', '.join(self._fields(effect))}}}"
        details = {name: value for name, value in effect.details.items() if name not in _UNTOLD and value}
        if "until" in details:
            details["until"] = told_moment(str(details["until"]), self._zone)
        if one.word == GOAL:
            return word
        if effect.kind in {EffectKind.STOP, EffectKind.START}:
            return f"{word}: {next(iter(details.values()), '')}"
        return f"{word}: {{{', '.join(_pair(*pair) for pair in details.items())}}}"

    def _step(self, item: Node) -> str:
        """A step that is expected, as the file writes it."""
        if not isinstance(item, Block) or len(item.entries) != 1:
            return self._called(_flow(item))
        ((key, value),) = item.entries
        return f"{self._called(key.text)}: {_flow(value, inner=True)}"

    def _called(self, word: str) -> str:
        """The word of a step, or its title; what is no word stays."""
        try:
            return self._texts.say(f"words.action.{word}.title") if self._is_titled else word
        except KeyError:
            return word

    def _fields(self, effect: Effect) -> list[str]:
        module = self._workspace.model.modules[effect.details["module"]]
        is_update = effect.kind is EffectKind.UPDATE
        values: Mapping[str, Any] = effect.details["changes" if is_update else "values"]
        found = []
        for key, value in values.items():
            field, after = module.fields[key], value[1] if is_update else value
            if after == RECORD:
                continue
            told = told_value(field, after, self._texts, self._zone)
            found.append(_pair(field.labels.of(self._texts.language), told))
        return found


def _moved(effect: Effect) -> list[str]:
    """The tags that are on a record only before, or only after."""
    pairs = effect.details["changes"].values()
    return [tag for before, after in pairs for tag in sorted({*(before or ())} ^ {*(after or ())})]


def _pair(name: str, value: Any) -> str:
    told = shortened(str(value), _CELLS)
    return f'{name}: "{told}"' if _SPECIAL & set(told) else f"{name}: {told}"


def _word(item: Node) -> str:
    return item.keys()[0] if isinstance(item, Block) else _flow(item)


def _flow(node: Node, *, inner: bool = False) -> str:
    """A node on one line, as files are written; the one word of a step stands without braces."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, List):
        return f"[{', '.join(_flow(one, inner=True) for one in node.items)}]"
    pairs = [f"{key.text}: {_flow(value, inner=True)}" for key, value in node.entries]
    return pairs[0] if len(pairs) == 1 and not inner else f"{{{', '.join(pairs)}}}"
