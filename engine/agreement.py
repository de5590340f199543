"""Whether a file takes effect as it is, or somebody has to agree first."""

from __future__ import annotations

from collections.abc import Sequence

from engine.gatehouse import MAY_PUBLISH
from engine.ledger.accounts import Account
from engine.model.diagnostics import WrongUsage, has_errors
from engine.model.workflow import Workflow
from engine.workspace import Workspace


def is_automatic(workspace: Workspace) -> bool:
    """Whether files take effect as they are, without anybody who publishes them."""
    return workspace.settings.publish == "automatic" and not has_errors(workspace.broken_base)


def stands_alone(workspace: Workspace, workflow: Workflow) -> bool:
    """Whether this file takes effect as it is: it does not where a second person has to agree."""
    return is_automatic(workspace) and not asks_second(workspace, workflow)


def asks_second(workspace: Workspace, workflow: Workflow) -> bool:
    """Whether a second person has to agree before a workflow is published."""
    rule = workspace.settings.second_person
    return rule == "everything" or (rule == "messages" and reaches_customers(workspace, workflow))


def reaches_customers(workspace: Workspace, workflow: Workflow) -> bool:
    """Whether a workflow sends messages to customers, or starts one that does."""
    waiting, seen = [workflow], set[str]()
    while waiting:
        one = waiting.pop()
        if one.writes_to_customers:
            return True
        seen.add(one.id)
        started = (workspace.workflow(name) for name in one.starts_others - seen)
        waiting += [found for found in started if found is not None]
    return False


def demand_second(workflow: Workflow, by: str, second: str, accounts: Sequence[Account]) -> None:
    """Somebody else has agreed: where there are accounts, one that may publish. Raises WrongUsage."""
    found = next((one for one in accounts if one.name == second), None)
    is_let_in = found is not None and found.is_active and found.role in MAY_PUBLISH
    if second and second.casefold() != by.casefold() and (is_let_in or not accounts):
        return
    kind = "same" if second.casefold() == by.casefold() else "account" if second else ""
    raise WrongUsage("W768", workflow=workflow.id, name=second, kind=kind)
