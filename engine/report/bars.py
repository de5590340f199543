"""What keeps a record from starting, in words."""

from __future__ import annotations

from engine.model.workflow import Bar, Barred, Workflow
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.versions import SETTINGS
from engine.workspace import Workspace


def told_bar(bar: Bar, workspace: Workspace, workflow: Workflow, texts: Texts) -> str:
    """The reason that a stop rule gives; else the condition itself, and of a goal that it is reached."""
    if bar.reason:
        return bar.reason
    file = SETTINGS if bar.kind is Barred.EXCLUDED else workflow.file
    phrases = Phrases(texts, workspace.model)
    condition = phrases.of(workspace.node_at(file, bar.path), bar.path, workflow.module)
    return texts.say("explain.goal", condition=condition) if bar.path == "goal/if" else condition
