"""Why a step was not done, in words: beside the reason, the condition or the exclusion that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.drafting import KEPT_OUT, UNKNOWN
from engine.dryrun import exclusion_of, is_kept_out
from engine.effect_lines import EXCLUSION
from engine.model.document import Node
from engine.model.effects import Draft, Undone
from engine.model.moments import Clock
from engine.model.workflow import Workflow
from engine.plan import EXCLUDED, plan_effects
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.versions import SETTINGS
from engine.workspace import Workspace

_WITH_CONDITION = {UNKNOWN: "reason.unknown", EXCLUDED: "reason.excluded"}
"""How a reason is told together with the condition that it rests on."""


class Reasons:
    """Tells what kept steps of workflows from being done."""

    def __init__(self, texts: Texts, workspace: Workspace) -> None:
        self._texts = texts
        self._workspace = workspace
        self._phrases = Phrases(texts, workspace.model)
        self._drafts: dict[str, Draft] = {}

    def of(self, undone: Undone, workflow: Workflow) -> str:
        """Why a step of a dry run is not done."""
        causes = [undone.facts[EXCLUSION]] if EXCLUSION in undone.facts else []
        return self.told(undone.reason, undone.path, workflow, causes=causes, facts=undone.facts)

    def noted(self, path: str, details: Mapping[str, object], workflow: Workflow | None, clock: Clock) -> str:
        """Why a step was not done that the journal tells of; `workflow` as it was then, None if not known."""
        reason, facts = str(details["reason"]), details.get("facts")
        causes = self._exclusions_at(path, workflow, clock) if workflow and reason == KEPT_OUT else []
        told = {str(name): str(one) for name, one in facts.items()} if isinstance(facts, dict) else {}
        return self.told(reason, path, workflow, causes=causes, facts=told)

    def told(
        self,
        reason: str,
        path: str,
        workflow: Workflow | None,
        *,
        causes: Sequence[str] = (),
        facts: Mapping[str, str],
    ) -> str:
        """A reason in one sentence; of several exclusions that may have been it, all are named."""
        places = [path] if reason == UNKNOWN else list(causes)
        asked = [one for one in (self._asked(place, workflow) for place in places) if one]
        if workflow is None or not asked:
            return self._texts.message(reason, facts)
        key = _WITH_CONDITION.get(reason, "reason.kept_out")
        return self._texts.say(key, condition=self._texts.say("reason.or").join(asked))

    def _exclusions_at(self, path: str, workflow: Workflow, clock: Clock) -> list[str]:
        """The exclusions that may keep the step at a path back; the journal does not say which it was."""
        draft = self._drafts.get(workflow.id)
        if draft is None:
            draft = self._drafts[workflow.id] = plan_effects(workflow, self._workspace.model, clock)
        return [exclusion_of(one, draft) for one in draft.batches if one.path == path and is_kept_out(one)]

    def _asked(self, path: str, workflow: Workflow | None) -> str:
        """The condition at a path and its place; empty where no condition stands there."""
        if workflow is None:
            return ""
        node, file = self._found(path, workflow)
        if node is None:
            return ""
        condition = self._phrases.of(node, path, workflow.module)
        place = self._texts.say("explain.place", file=file, line=node.span.line)
        return "" if condition == path else self._texts.say("reason.asked", condition=condition, place=place)

    def _found(self, path: str, workflow: Workflow) -> tuple[Node | None, str]:
        """What stands at a path of the workflow's file, else of the workspace's settings."""
        for file in (workflow.file, SETTINGS):
            node = self._workspace.node_at(file, path)
            if node is not None:
                return node, node.span.file
        return None, ""
