"""The few conditions that the random sequences ask, over plain rows, as LANGUAGE section 7 gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.model.moments import Length, Unit
from tests.reference.evaluator import Answer, enough, every, opposite

if TYPE_CHECKING:
    from tests.reference.sequence_company import Company, Enrollment, Row, Rule

SAME_STRETCH = "a task of the same stretch is not there yet for `step`"
HAPPENS_ON = {"订单": "下单日期", "跟进记录": "跟进时间"}


def length_of(text: str) -> Length:
    """`3 days`."""
    amount, unit = text.split(" ", 1)
    return Length(int(amount), Unit(unit if unit.endswith("s") else f"{unit}s"))


def asked(condition: Rule, company: Company, customer: Row, one: Enrollment | None) -> Answer:
    """Yes, no, or None for unknown (Meaning 1)."""
    for word in ("all", "any", "none"):
        if word in condition:
            answers = [asked(each, company, customer, one) for each in condition[word]]
            if word == "all":
                return every(answers)
            some = enough(answers, 1)
            return some if word == "any" else opposite(some)
    answer = Leaf(company, customer, one).answer(condition)
    if answer is None and "if_missing" in condition:
        return bool(condition["if_missing"] == "match")
    return answer


def value_of(company: Company, name: str, customer: Row) -> Any:
    """A field as it is now; the last order is computed."""
    if name != "最近下单日期":
        return customer[name]
    dates = [one["下单日期"] for one in company.related["订单"] if one["客户"] == customer["编号"]]
    return max(dates, default=None)


class Leaf:
    """One comparison of one record."""

    def __init__(self, company: Company, customer: Row, one: Enrollment | None) -> None:
        self.company, self.customer, self.one = company, customer, one

    def answer(self, condition: Rule) -> Answer:
        if "step" in condition:
            return self.fate(condition)
        if "count_of" in condition:
            value = self.count(condition)
        elif "time_since" in condition:
            value = self.days_since(condition["time_since"])
            if value is None or value < 0:
                return None if value is None else False
        else:
            value = value_of(self.company, condition["field"], self.customer)
        return None if value is None else all(self.compared(value, condition))

    def compared(self, value: Any, condition: Rule) -> list[bool]:
        of = {
            "is": lambda wanted: value in listed(wanted),
            "is_not": lambda wanted: value not in listed(wanted),
            "at_least": lambda wanted: value >= number(wanted),
            "more_than": lambda wanted: value > number(wanted),
            "at_most": lambda wanted: value <= number(wanted),
            "less_than": lambda wanted: value < number(wanted),
        }
        return [test(condition[word]) for word, test in of.items() if word in condition]

    def days_since(self, name: str) -> int | None:
        value = value_of(self.company, name, self.customer)
        return None if value is None else (self.company.today - value).days

    def count(self, condition: Rule) -> int | None:
        """None where it is counted from a step that was not reached (Meaning 5)."""
        module = condition["count_of"]
        dates = [
            one[HAPPENS_ON[module]]
            for one in self.company.related[module]
            if one["客户"] == self.customer["编号"]
        ]
        if "since" in condition:
            since = self.since(condition["since"])
            return None if since is None else sum(self.is_since(one, since) for one in dates)
        if "during" in condition:
            length = int(condition["during"].split(" ")[1])
            first = self.company.today - timedelta(days=length - 1)
            return sum(first <= self.day(one) <= self.company.today for one in dates)
        return len(dates)

    def since(self, since: Any) -> datetime | None:
        assert self.one is not None
        return self.one.start if since == "start" else self.one.reached.get(since["step"])

    def is_since(self, value: date, since: datetime) -> bool:
        """A plain date counts from that day on; a moment from that moment on (Meaning 5)."""
        if self.day(value) > self.company.today:
            return False
        return value >= since if isinstance(value, datetime) else value >= self.day(since)

    def day(self, value: date) -> date:
        return value.astimezone(self.company.zone).date() if isinstance(value, datetime) else value

    def fate(self, condition: Rule) -> Answer:
        """What became of a step; a step not reached is unknown. Choice: a question without an answer too,
        but a task that was withheld was reached, and nothing became of it."""
        name, word = condition["step"], "is" if "is" in condition else "is_not"
        wanted = listed(condition[word])
        if self.one is None:
            return None
        if SAME_STRETCH in self.company.known and self.one.reached.get(name) == self.company.now:
            return None
        task = self.one.tasks.get(name)
        ask = next((each for each in self.one.asks.values() if each["name"] == name), None)
        if name in self.one.tasks and task is None:
            fates: list[str] = []
        elif task is not None:
            fates = ["done"] if task["状态"] == "已完成" else ["open"]
            fates += ["overdue"] if fates == ["open"] and task["截止日期"] < self.company.today else []
        elif ask is not None and ask["answer"] is not None:
            fates = [ask["answer"]]
        else:
            return None
        return any(each in wanted for each in fates) is (word == "is")


def listed(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def number(wanted: Any) -> int:
    """`3` or `3 days`."""
    return int(str(wanted).split(" ", maxsplit=1)[0])


__all__ = ["SAME_STRETCH", "Leaf", "asked", "length_of", "value_of"]
