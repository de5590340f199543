"""The steps of a workflow, carried out for one record; a walk through them waits wherever they say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.reference.days import moved
from tests.reference.sequence_company import MET, TIME, Company, Enrollment, Rule, Stay, Walk
from tests.reference.sequence_conditions import length_of


class Stopped(Exception):
    """Its reason."""


def walk(company: Company, one: Enrollment, steps: Sequence[Rule], path: str) -> Walk:
    for number, step in enumerate(steps):
        yield from Doing(company, one, step, f"{path}/{number}").do()


@dataclass(frozen=True)
class Doing:
    """One step of one enrollment."""

    company: Company
    one: Enrollment
    step: Rule
    path: str

    def do(self) -> Walk:
        """What the verb of the step says."""
        for verb in ("wait", "wait_until", "ask", "if", "choose"):
            if verb in self.step:
                yield from getattr(self, f"do_{verb}")()
                return
        (verb,) = self.step.keys() - {"name"}
        getattr(self, f"do_{verb}")(self.step[verb])
        if "name" in self.step:
            self.one.reached[self.step["name"]] = self.company.now

    def within(self, name: str) -> Walk:
        yield from walk(self.company, self.one, self.step.get(name, ()), f"{self.path}/{name}")

    def holds(self, condition: Rule) -> bool:
        return self.company.holds(condition, self.one.record, self.one)

    def tell(self, kind: str, path: str = "") -> None:
        self.one.journal.add((path or self.path, kind))

    # --- waits and branches ---------------------------------------------------------------------------------

    def do_wait(self) -> Walk:
        self.tell("wait")
        yield Stay(self.path, self.company.after(self.step["wait"]), lambda: None)

    def do_wait_until(self) -> Walk:
        """A state: already true, on at once (Meaning 9)."""
        condition = self.step["wait_until"]
        if self.holds(condition):
            return
        self.tell("wait")
        until = self.company.after(self.step["within"])
        how = yield Stay(self.path, until, lambda: MET if self.holds(condition) else None)
        if how == TIME:
            yield from self.within("otherwise")

    def do_ask(self) -> Walk:
        """Choice: the control group is not asked, but takes its time like the others, and then goes on with
        `otherwise`."""
        said, until = self.step["ask"], self.company.after(self.step["ask"]["within"])
        if self.one.control:
            self.tell("skipped")
            how = yield Stay(self.path, until, lambda: None)
        else:
            self.tell("ask")
            asks, who = self.one.asks, self.company.person(said["to"], self.one.record)
            asks[self.path] = {"person": who, "until": until, "state": "open", "answer": None}
            asks[self.path]["name"] = self.step.get("name")
            how = yield Stay(self.path, until, lambda: asks[self.path]["answer"])
            if how == TIME:
                asks[self.path]["state"] = "expired"
        for number, case in enumerate(self.step["answers"]):
            if how == case["answer"]:
                yield from walk(self.company, self.one, case["then"], f"{self.path}/answers/{number}/then")
                return
        yield from self.within("otherwise")

    def do_if(self) -> Walk:
        yield from self.within("then" if self.holds(self.step["if"]) else "else")

    def do_choose(self) -> Walk:
        """The first that fits; none: nothing, journalled (Meaning 14)."""
        for number, case in enumerate(self.step["choose"]):
            if self.holds(case["if"]):
                yield from walk(self.company, self.one, case["then"], f"{self.path}/choose/{number}/then")
                return
        if "otherwise" not in self.step:
            self.tell("skipped")
        yield from self.within("otherwise")

    # --- effects --------------------------------------------------------------------------------------------

    def do_stop(self, reason: str) -> None:
        self.tell("stop")
        raise Stopped(reason)

    def do_update_field(self, values: Rule) -> None:
        """Where nothing would change, nothing is done."""
        customer = self.company.customers[self.one.record]
        before = dict(customer)
        for name, value in values.items():
            add = value.get("add") if isinstance(value, Mapping) else None
            customer[name] = value if add is None else (customer[name] or 0) + add
        if customer != before:
            self.tell("update")

    def do_add_tag(self, tag: str) -> None:
        customer = self.company.customers[self.one.record]
        if tag not in customer["标签"]:
            customer["标签"] = customer["标签"] | {tag}
            self.tell("update")

    def do_create_task(self, said: Rule) -> None:
        """To who is the owner now; none for the control group (Meaning 13) or who is excluded from tasks."""
        name = self.step.get("name", "")
        if self.is_withheld("tasks"):
            self.one.tasks[name] = None
            return
        _, amount, unit = said["due"].split(" ", 2)
        task = {
            "客户": self.one.record,
            "主题": said["subject"],
            "负责人": self.company.person(said["to"], self.one.record),
            "截止日期": moved(self.company.today, length_of(f"{amount} {unit}"), 1),
            "状态": "待办",
            "给出": self.company.now,
        }
        self.company.tasks.append(task)
        self.one.tasks[name] = task
        if "done_when" in said:
            self.one.watched.append((task, said["done_when"]))
        self.tell("create")

    def do_notify(self, said: Rule) -> None:
        if not self.is_withheld("notices"):
            who = self.company.person(said["to"], self.one.record)
            self.company.notices.append((self.one.workflow["id"], self.one.record, who, said["text"]))
            self.tell("notice")

    def is_withheld(self, kind: str) -> bool:
        is_so = self.one.control or self.company.excludes(self.one.record, kind, "everything")
        if is_so:
            self.tell("skipped")
        return is_so
