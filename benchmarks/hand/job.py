"""What is written by hand of one workflow, and the pieces of SQL that several share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.hand.dialects import Dialect, Noted

NORMAL = "state = '正常' AND silent = '正常跟进'"
THIS_YEAR = "date BETWEEN :year_start AND :today"
REACHED = "CASE WHEN customers.email IS NOT NULL AND email_ok = 1 THEN 1 ELSE 0 END"
"""Whether a mail may go to the customer."""
COLLEAGUES = "LEFT JOIN colleagues ON colleagues.id = customers.owner"
OWNER, LEAD = "coalesce(colleagues.owner, 'S0001')", "coalesce(lead, 'S0001')"
PERSON = "colleagues.name"
TASK_ID = "'W' || (:base + seq) || '-1'"


@dataclass(frozen=True)
class Job:
    """One workflow: its scan, what is counted, and its writes; `:base + seq` is the enrollment of a hit."""

    workflow: str
    columns: str
    scan: Callable[[Dialect], str]
    counts: str
    writes: Callable[[Dialect], Sequence[str]]


def not_started(once_key: str) -> str:
    """That the workflow has not begun with the customer for this value before."""
    return (
        "NOT EXISTS (SELECT 1 FROM wakeline_enrollments WHERE workflow = :workflow"
        f" AND record = customers.id AND once_key = {once_key})"
    )


def day(column: str) -> str:
    """A day as Chinese text: 2026年3月1日."""
    year, month, of_month = (
        f"substr({column}, {start}, {length})" for start, length in ((1, 4), (6, 2), (9, 2))
    )
    return f"{year} || '年' || ltrim({month}, '0') || '月' || ltrim({of_month}, '0') || '日'"


def cents_of_this_year() -> str:
    """The customer's orders of this year, for the customers that are left."""
    amounts = f"SELECT coalesce(sum(amount), 0) FROM orders WHERE customer = customers.id AND {THIS_YEAR}"
    return f"CAST(({amounts}) AS BIGINT) / 100"


def changed(**fields: tuple[str, str]) -> str:
    """What the journal says of a change: field -> SQL of the value before, as JSON, and the JSON after."""
    pairs = ",".join(f"\"{field}\":[' || {before} || ',{after}]" for field, (before, after) in fields.items())
    return f"""'{{"module":"customers","changes":{{{pairs}}}}}'"""


def number(column: str) -> str:
    """A number, which may be missing, as JSON."""
    return f"coalesce(CAST({column} AS TEXT), 'null')"


def kept_day(column: str) -> str:
    """A day, which may be missing, as JSON: it needs no escapes."""
    return f"""coalesce('"' || {column} || '"', 'null')"""


TODAY = """"' || :today || '\""""
ONE_MORE_WAKE = "' || (coalesce(wakes, 0) + 10000) || '"
"""What `changed` takes for the value after."""


def created(path: str) -> Noted:
    """A task, in the journal."""
    return Noted(path, "create", f"""'{{"module":"tasks","id":"' || {TASK_ID} || '"}}'""")


def told(path: str, where: str = "TRUE") -> Noted:
    """A notice, in the journal."""
    return Noted(path, "notice", where=where)


def mailed(path: str) -> Sequence[Noted]:
    """A mail, or why there is none, in the journal."""
    skipped = Noted(path, "skipped", """'{"reason":"W602"}'""", where="reached = 0")
    return Noted(path, "message", where="reached = 1"), skipped


def new_tasks(*, subject: str, kind: str, assignee: str, due: str, text: str) -> str:
    """A task for each hit."""
    return f"""
    INSERT INTO tasks (id, status, customer, subject, type, assignee, due, priority, text)
    SELECT {TASK_ID}, '待办', id, {subject}, '{kind}', {assignee}, {due}, '高', {text} FROM hits
    """


def notices(path: str, *, to: str, text: str, where: str = "") -> str:
    """A notice for a colleague of each hit."""
    return f"""
    INSERT INTO wakeline_outbox (enrollment, path, run, kind, record, channel, recipient, body, urgent, state)
    SELECT :base + seq, '{path}', :run, 'notice', id, 'inbox', {to}, {text}, 0, 'waiting'
    FROM hits {where and f"WHERE {where}"}
    """


def mails(path: str, *, template: str, subject: str, text: str) -> str:
    """A mail to each hit that is reached."""
    return f"""
    INSERT INTO wakeline_outbox
      (enrollment, path, run, kind, record, channel, recipient, template, subject, body, urgent, state,
        module, addressee, html)
    SELECT :base + seq, '{path}', :run, 'message', id, 'email', email, '{template}', {subject}, {text}, 0,
      'waiting', 'customers', id, 0
    FROM hits WHERE reached = 1
    """
