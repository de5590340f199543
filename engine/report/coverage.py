"""Coverage of examples for people: a line a workflow, and for those that are named what is missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from engine.model.document import Mapping as Block
from engine.model.document import Node
from engine.model.workflow import Workflow
from engine.report.explain import asked_for, is_to_be_met
from engine.report.layout import columns, indented, shortened
from engine.report.phrases import Phrases
from engine.suggestions.coverage import Aim, Coverage, Point
from engine.texts import Texts
from engine.workspace import Workspace

_CELLS = 60
_OTHER_WAY = {Aim.YES: Aim.NO, Aim.NO: Aim.YES}
"""What must not be is met by those who answer no."""


def coverage_json(found: Coverage) -> dict[str, Any]:
    """For machines; `why` where it was asked why no example can be suggested, null where one can."""
    return {
        "workflow": found.workflow.id,
        "file": found.workflow.file,
        "points": len(found.points),
        "covered": len(found.points) - len(found.missing),
        "percent": found.percent,
        "missing": gaps_json(found),
    }


def gaps_json(found: Coverage) -> list[dict[str, Any]]:
    """What no example has tried, with its place."""
    told = [
        {"aim": str(one.aim), "path": one.path, "file": one.at.file, "line": one.at.line}
        for one in found.missing
    ]
    if found.whys is None:
        return told
    whys = [found.whys.get((one.aim, one.path)) for one in found.missing]
    return [{**one, "why": why} for one, why in zip(told, whys, strict=True)]


def render_coverage(found: Sequence[Coverage], workspace: Workspace, language: str, *, gaps: bool) -> str:
    """A line a workflow; with `gaps` all that no example has tried, each with its place."""
    texts = Texts.of(language)
    rows = [
        (one.workflow.id, f"{one.percent} %", f"{len(one.points) - len(one.missing)}/{len(one.points)}")
        for one in found
    ]
    lines = columns(rows, frozenset({1, 2})).splitlines()
    if not gaps:
        return "\n".join([*lines, texts.say("coverage.more")])
    told = []
    for line, one in zip(lines, found, strict=True):
        told.append(line)
        if one.missing:
            told.append(indented(told_gaps(one, workspace, texts)))
        if any((gap.aim, gap.path) not in (one.whys or {}) for gap in one.missing):
            told.append(indented(texts.say("coverage.suggest", name=one.workflow.id)))
    return "\n".join(told)


def told_gaps(found: Coverage, workspace: Workspace, texts: Texts, *, without: Collection[str] = ()) -> str:
    """What no example has tried, line by line: where, what, and why none can be suggested, if none can."""
    whys = found.whys or {}
    gaps = [(one, whys.get((one.aim, one.path))) for one in found.missing]
    gaps = [(one, why) for one, why in gaps if why not in without]
    shared = {why for _, why in gaps} if len(gaps) > 1 else set()
    is_shared = len(shared) == 1 and None not in shared
    rows = []
    for one, why in gaps:
        told = _told(one, found.workflow, workspace, texts)
        if why is not None and not is_shared:
            told = texts.say("coverage.because", told=told, why=texts.say(f"suggest.why_{why}"))
        rows.append((f"{one.at.file}:{one.at.line}", told))
    lines = [columns(rows)]
    lines += [
        texts.say("coverage.all_because", why=texts.say(f"suggest.why_{why}")) for why in shared if is_shared
    ]
    return "\n".join(lines)


def _told(gap: Point, workflow: Workflow, workspace: Workspace, texts: Texts) -> str:
    node = workspace.node_at(workflow.file, gap.path)
    if gap.aim in {Aim.BRANCH, Aim.STEP}:
        return texts.say(f"coverage.{gap.aim}", what=_word(gap, node))
    told = asked_for(workspace, workflow, gap.path, Phrases(texts, workspace.model))
    aim = gap.aim if is_to_be_met(workflow, gap.path) else _OTHER_WAY.get(gap.aim, gap.aim)
    return texts.say(f"coverage.{aim}", what=shortened(told, _CELLS))


def _word(gap: Point, node: Node | None) -> str:
    """The step's verb, or where the branch begins: `then`, `otherwise`."""
    if gap.aim is Aim.STEP and isinstance(node, Block) and node.entries:
        return next(one for one in node.keys() if one != "name")
    return gap.path.rpartition("/")[2]
