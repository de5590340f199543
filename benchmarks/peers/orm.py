"""The whole night with SQLAlchemy's objects: conditions in SQL, and an object for every row that is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, registry

from benchmarks.peers.desk import Desk
from benchmarks.peers.people import People
from benchmarks.peers.rules import A_FROM, B_FROM, WORKFLOWS, Workflow, day
from benchmarks.peers.texts import make_texts

WAKES = ("沉默唤醒-首触", "沉默唤醒-大客户")


class Row:
    """What every mapped class takes: its columns by name."""

    table: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


class Staff(Row):
    table = "staff"
    id: Any
    name: Any
    supervisor: Any
    active: Any


class Customer(Row):
    table = "customers"
    id: Any
    tier: Any
    state: Any
    silent: Any
    woken: Any
    last_order: Any


class Order(Row):
    table = "orders"
    customer: Any
    date: Any
    amount: Any


class FollowUp(Row):
    table = "followups"
    customer: Any
    date: Any


class Task(Row):
    table = "tasks"
    customer: Any
    type: Any
    status: Any
    due: Any


class Enrollment(Row):
    table = "wakeline_enrollments"
    id: Any
    workflow: Any
    record: Any
    once_key: Any


class Journal(Row):
    table = "wakeline_journal"


class Letter(Row):
    table = "wakeline_outbox"


class Run(Row):
    table = "wakeline_runs"
    id: Any


MAPPED: tuple[type[Row], ...] = (
    *(Staff, Customer, Order, FollowUp, Task),
    *(Enrollment, Journal, Letter, Run),
)


def run_night(connection: sa.Connection) -> None:
    """Carry out the night on a connection; one transaction a workflow."""
    mapper = registry()
    for one in MAPPED:
        mapper.map_imperatively(one, sa.Table(one.table, mapper.metadata, autoload_with=connection))
    connection.rollback()
    with Session(connection) as session:
        staff = session.scalars(sa.select(Staff))
        people = People.of((one.id, one.name, one.supervisor, one.active) for one in staff)
        texts = make_texts()
        for workflow in WORKFLOWS:
            run, base, checked = (
                session.scalars(sa.select(sa.func.coalesce(found, 0))).one()
                for found in (_newest(Run), _newest(Enrollment), _count(Customer))
            )
            desk = Desk(_Objects(session), people, texts, run=run + 1, base=base)
            found = session.execute(_chosen(workflow)).all()
            for customer, this_year in found:
                once = getattr(customer, workflow.once) or "" if workflow.once else f"day:{day(0)}"
                desk.start(workflow, customer, once, this_year)
            desk.end(workflow, checked, len(found))
            session.commit()
    mapper.dispose()


def _newest(mapped: Any) -> Any:
    return sa.select(sa.func.max(mapped.id)).scalar_subquery()


def _count(mapped: Any) -> Any:
    return sa.select(sa.func.count()).select_from(mapped).scalar_subquery()


def _chosen(workflow: Workflow) -> sa.Select[Any]:
    """The customers of a workflow that have not started, each with this year's amount."""
    this_year = _this_year()
    once = sa.func.coalesce(getattr(Customer, workflow.once), "") if workflow.once else f"day:{day(0)}"
    started = sa.exists().where(
        Enrollment.workflow == workflow.id, Enrollment.record == Customer.id, Enrollment.once_key == once
    )
    return (
        sa.select(Customer, this_year)
        .where(Customer.state == "正常", *_conditions(workflow.id, this_year), ~started)
        .order_by(Customer.id)
    )


def _this_year() -> Any:
    """The sum of a customer's orders of this year."""
    asked = sa.select(sa.func.coalesce(sa.func.sum(Order.amount), 0))
    return asked.where(
        Order.customer == Customer.id, Order.date.between(f"{day(0)[:4]}-01-01", day(0))
    ).scalar_subquery()


def _conditions(workflow: str, this_year: Any) -> list[Any]:
    well, going_silent = Customer.silent == "正常跟进", Customer.silent == "即将沉默"
    no_orders = ~_some(Order, day(59))
    match workflow:
        case "retier":
            whens = ((this_year >= A_FROM, "A"), (this_year >= B_FROM, "B"))
            return [Customer.tier != sa.case(*whens, else_="C")]
        case "overdue":
            late = (Task.customer == Customer.id, Task.type.in_(WAKES), Task.status == "待办")
            is_late = sa.exists().where(*late, Task.due <= day(7))
            return [going_silent, Customer.woken <= day(7), is_late, ~_some(FollowUp, day(6))]
        case "first-touch":
            return [well, Customer.tier.in_(("B", "C")), Customer.last_order <= day(90)]
        case "key-accounts":
            return [well, Customer.tier == "A", no_orders]
        case "quiet":
            return [well, no_orders, ~_some(FollowUp, day(29))]
        case _:
            since = sa.case({"A": day(150), "B": day(180), "C": day(200)}, value=Customer.tier)
            rested = sa.or_(Customer.woken.is_(None), Customer.woken <= day(14))
            return [going_silent, Customer.last_order <= since, rested]


def _some(mapped: Any, begin: str) -> Any:
    """Whether the customer has some since that day."""
    return sa.exists().where(mapped.customer == Customer.id, mapped.date.between(begin, day(0)))


@dataclass(frozen=True)
class _Objects:
    """Adds an object for each row; the session finds out what has changed."""

    session: Session

    def read(self, c: Customer, field: str) -> Any:
        return getattr(c, field)

    def change(self, c: Customer, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(c, name, value)

    def add(self, table: str, values: Mapping[str, Any]) -> None:
        mapped = next(one for one in MAPPED if one.table == table)
        self.session.add(mapped(**values))
