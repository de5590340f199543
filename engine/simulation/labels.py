"""What people call a step: the name it has, else the type or subject of its task, else its template."""

from __future__ import annotations

from engine.actions.create_task import CreateTask
from engine.actions.send_template import SendTemplate
from engine.model.entities import Model
from engine.model.operands import Constant
from engine.model.workflow import Step, Workflow, all_steps


def labels_of(workflow: Workflow | None, model: Model, path: str) -> tuple[str, str]:
    """The path of the step that an effect belongs to, and its name; `actions/0/to/1` is of `actions/0`."""
    steps: dict[str, Step] = {}
    if workflow is not None:
        goal = () if workflow.goal is None else workflow.goal.then
        steps = {one.path: one for one in all_steps((*workflow.steps, *goal))}
    step = path
    while step not in steps and "/" in step:
        step = step.rpartition("/")[0]
    return (step, _name(steps[step], model)) if step in steps else (path, "")


def _name(step: Step, model: Model) -> str:
    action = step.action
    if step.name:
        return step.name
    if isinstance(action, SendTemplate):
        return action.template
    if isinstance(action, CreateTask) and model.tasks is not None:
        kind = action.values.get(model.tasks.fields.get("type", ""))
        if isinstance(kind, Constant):
            return str(kind.value)
    return ""
