"""`ask`: a question to a colleague, and steps for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.effects import Ask as AskBatch
from engine.model.effects import Written
from engine.model.entities import FieldType
from engine.model.kinds import Action, Drafting, Schema
from engine.model.operands import Constant, Operand
from engine.model.predicates import Family, Fate, Leaf, Predicate
from engine.model.trees import told_to
from engine.model.workflow import Step
from engine.shapes.people import SOMEBODY, Recipient, read_people
from engine.shapes.reading import Reading
from engine.shapes.recipients import everybody
from engine.shapes.schema import TEXT, block, listed, ref
from engine.shapes.texts import read_text
from engine.shapes.waits import read_wait

ANSWER = block({"answer": TEXT, "then": ref("steps")}, "answer", "then")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer and its steps."""

    answer: str
    then: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Let a colleague decide; the first answer counts."""

    name: ClassVar[str] = "ask"
    siblings: ClassVar[tuple[str, ...]] = ("otherwise",)
    beside: ClassVar[Schema] = {"answers": listed(ANSWER)}
    needs: ClassVar[tuple[str, ...]] = ("answers",)
    schema: ClassVar[Schema] = block(
        {"to": ref("people"), "question": TEXT, "within": ref("length")}, "to", "question", "within"
    )
    example: ClassVar[str] = (
        "{ask: {to: supervisor, question: 继续维护还是放弃？, within: 5 days},"
        " answers: [{answer: 继续, then: [{add_tag: 高潜}]}, {answer: 放弃, then: [{add_tag: 低价值}]}]}"
    )

    to: tuple[tuple[Recipient, Written], ...]
    within: Operand
    cases: tuple[Answer, ...]
    otherwise: tuple[Step, ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """Whom it is put to, the question, the answers, and what is done without one."""
        details, branch = node.get(cls.name), reading.in_branches()
        assert isinstance(details, Mapping)
        to = _read_to(details, reading)
        within = read_wait(details.get("within"), "within", reading)
        answers = _read_answers(node.get("answers"), path, branch)
        otherwise = branch.read_steps(node.get("otherwise"), f"{path}/otherwise")
        return cls(to, within, answers, otherwise) if to and within is not None and answers else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """The question to each of them; nothing behind it for now."""
        gate, until = drafting.gate, drafting.later(self.within)
        answers = tuple(one.answer for one in self.cases)
        texts = dict(self.to)
        for told in everybody(tuple(texts), path, drafting):
            question = drafting.text(told_to(texts[told.recipient], SOMEBODY, told.key))
            to = drafting.value(told.key)
            drafting.add(AskBatch(told.path, told.gate, path, to, question, answers, until))
        drafting.pause(path, gate, until)

    def over(self, path: str) -> Predicate | None:
        """Any answer."""
        return self._answered(path, tuple(one.answer for one in self.cases))

    def resume(self, path: str, drafting: Drafting) -> None:
        """The steps of the answer that came; without one, `otherwise`."""
        gate = drafting.gate
        for number, case in enumerate(self.cases):
            came = drafting.ask(f"{path}/answers/{number}", self._answered(path, (case.answer,)))
            chosen = gate.and_branch(came, answer=True)
            drafting.woke(path, chosen, case.answer)
            drafting.within(chosen, case.then)
            gate = gate.and_branch(came, answer=False)
        drafting.woke(path, gate, "time")
        drafting.within(gate, self.otherwise)

    def goes_on_at(self, after: Action) -> bool:
        """Where every answer that the open question offers has its steps."""
        return isinstance(after, Ask) and _answers(self) <= _answers(after)

    def _answered(self, path: str, answers: tuple[str, ...]) -> Leaf:
        step = Constant(path, FieldType.TEXT)
        return Leaf(path, (Fate(step, path, answers, path=path, family=Family.ASK),), if_missing=False)


def _answers(ask: Ask) -> set[str]:
    return {one.answer for one in ask.cases}


def _read_to(details: Mapping, reading: Reading) -> tuple[tuple[Recipient, Written], ...]:
    to, question = details.get("to"), details.get("question")
    if to is None or not isinstance(question, Scalar):
        return ()
    recipients = read_people(to, reading)
    if any(not one.is_colleague for one in recipients):
        reading.problems.error(to.span, "W540", word=Ask.name)
        return ()
    pairs = [(one, read_text(question, reading, one)) for one in recipients]
    found = tuple((one, written) for one, written in pairs if written is not None)
    return found if len(found) == len(pairs) else ()


def _read_answers(node: Node | None, path: str, reading: Reading) -> tuple[Answer, ...]:
    seen: dict[str, Scalar] = {}
    found: list[Answer] = []
    for number, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        assert isinstance(item, Mapping)
        answer = item.get("answer")
        assert isinstance(answer, Scalar)
        text = answer.text.strip()
        if text in seen:
            reading.problems.error(answer.span, "W545", value=text, line=seen[text].span.line)
        seen.setdefault(text, answer)
        found.append(Answer(text, reading.read_steps(item.get("then"), f"{path}/answers/{number}/then")))
    return tuple(found)
