"""A new workflow file: its id, its name inside the workspace, its first text. It begins as a draft alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from editor.drafts import Drafts
from engine import Desk, Edit, Refused, is_workflow_file, rewritten, shipped_workspace, written_id

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NOT_OURS = re.compile(r"[^a-z0-9]+")
TRIGGERS = {
    "day": '{every: day, at: "01:00"}',
    "working_day": '{every: working day, at: "08:00"}',
    "month": '{every: month, day: 1, at: "02:00"}',
    "created": "{when: created}",
    "by_hand": "{when: by_hand}",
}
"""What a new file may begin with; everything else is for the form."""


def suggested_id(name: str, taken: Collection[str], before: str = "") -> str:
    """An id for a name: its Latin letters, else that of the model with a number, else `workflow-1`."""
    begun = _NOT_OURS.sub("-", name.lower()).strip("-")[:50].rstrip("-") or before[:50] or "workflow"
    if begun not in taken and begun not in {"", "workflow"}:
        return begun
    numbers = (f"{begun}-{number}" for number in range(1 if begun == "workflow" else 2, len(taken) + 3))
    return next(one for one in numbers if one not in taken)


def taken_ids(desk: Desk, drafts: Drafts) -> set[str]:
    """The ids of all files, and of what is somebody's draft so far; the names of files count too."""
    files = {name for name in desk.workspace.documents if is_workflow_file(name)}
    ids = {written_id(desk.workspace.documents[name]) for name in files}
    begun = {file for one in (drafts, *drafts.others()) for file in one.all()}
    return {one for one in ids | {PurePosixPath(name).stem for name in files | begun} if one}


def folders(desk: Desk) -> list[str]:
    """Where workflows may stand: in the workspace itself, and in every folder that has one."""
    files = (name for name in desk.workspace.documents if is_workflow_file(name))
    return sorted({"", *(str(PurePosixPath(name).parent).removeprefix(".") for name in files)})


def file_of(folder: str, key: str) -> str:
    """The name of a file inside the workspace."""
    return f"{folder}/{key}.yaml" if folder else f"{key}.yaml"


def is_free(root: Path, file: str) -> bool:
    """Whether nothing lies there."""
    return not (root / file).exists()


def blank(key: str, name: str, *, module: str, trigger: str, step: str) -> str:
    """The least that is a workflow; its only step does nothing but say so."""
    text = f"id: {key}\nname: x\nmodule: {module}\ntrigger: {TRIGGERS[trigger]}\nactions:\n  - stop: x\n"
    done = rewritten(
        text, [Edit("set", ("name",), value=name), Edit("set", ("actions", 0, "stop"), value=step)]
    )
    return text if isinstance(done, Refused) else done.text


def renamed(text: str, key: str, name: str, file: str) -> str | None:
    """A text with another id, and another name if there is one; None where it cannot be read."""
    edits = [Edit("set", ("id",), value=key), *([Edit("set", ("name",), value=name)] if name else [])]
    done = rewritten(text, edits, file)
    return None if isinstance(done, Refused) else done.text


def awakened(text: str, file: str) -> str:
    """A playbook that ships resting, as one that runs once it is published."""
    done = rewritten(text, [Edit("unset", ("status",))], file)
    return text if isinstance(done, Refused) else done.text


@lru_cache(maxsize=1)
def shipped_desk() -> Desk:
    """What ships; it stays as it is as long as this program runs."""
    return Desk(shipped_workspace())


def playbooks(shipped: Desk) -> Iterator[str]:
    """The files of the workflows that ship."""
    return (one.file for one in sorted(shipped.workspace.workflows, key=lambda one: (one.priority, one.id)))
