"""Coverage of examples for people: a line a workflow, and for those that are named what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.coverage import Aim, Coverage, Point
from engine.model.document import Mapping, Node
from engine.report.layout import columns, indented, shortened
from engine.report.phrases import Phrases
from engine.texts import Texts
from engine.workspace import Workspace

_CELLS = 60


def coverage_json(found: Coverage) -> dict[str, Any]:
    """For machines."""
    return {
        "workflow": found.workflow.id,
        "file": found.workflow.file,
        "points": len(found.points),
        "covered": len(found.points) - len(found.missing),
        "percent": found.percent,
        "missing": [
            {"aim": str(one.aim), "path": one.path, "file": one.at.file, "line": one.at.line}
            for one in found.missing
        ],
    }


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
        gaps_told = [
            (f"{gap.at.file}:{gap.at.line}", _told(gap, one, workspace, texts)) for gap in one.missing
        ]
        if gaps_told:
            told += map(indented, [columns(gaps_told), texts.say("coverage.suggest", name=one.workflow.id)])
    return "\n".join(told)


def _told(gap: Point, found: Coverage, workspace: Workspace, texts: Texts) -> str:
    node = workspace.node_at(found.workflow.file, gap.path)
    if gap.aim in {Aim.BRANCH, Aim.STEP}:
        return texts.say(f"coverage.{gap.aim}", what=_word(gap, node))
    told = Phrases(texts, workspace.model).of(node, gap.path, found.workflow.module)
    return texts.say(f"coverage.{gap.aim}", what=shortened(told, _CELLS))


def _word(gap: Point, node: Node | None) -> str:
    """The step's verb, or where the branch begins: `then`, `otherwise`."""
    if gap.aim is Aim.STEP and isinstance(node, Mapping) and node.entries:
        return next(one for one in node.keys() if one != "name")
    return gap.path.rpartition("/")[2]
