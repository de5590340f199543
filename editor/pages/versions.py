"""The versions of a workflow: which there were, what one says, how two differ, and back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, g, render_template, request

from editor.analysis import analyse
from editor.files import read_lying
from editor.pages.beside import beside
from editor.pages.given import known, moment_of, pages, studio_here
from editor.publishing import changes_between
from editor.rights import Right, needs
from editor.vocabulary import NAMED, kind_of
from editor.words import words_in
from engine import Desk, Published, written_id


def id_in(desk: Desk, file: str) -> str:
    """The id of the workflow in a file, of a broken one too; else of what was published from it last."""
    document = desk.workspace.documents.get(file)
    found = "" if document is None else written_id(document)
    if found:
        return found
    return next((one.workflow for one in desk.releases.newest().values() if one.file == file), "")


def published_of(desk: Desk, file: str) -> list[Published]:
    """Every time that a workflow was published, or another text of a shared file; the last first."""
    if kind_of(file) == "workflow":
        return desk.releases.versions(id_in(desk, file))
    return desk.releases.versions_of_file(file)


def _live(desk: Desk, file: str, known_versions: list[Published]) -> int | None:
    """The number of the version that runs now; None where what runs is not recorded yet."""
    if not known_versions:
        return None
    if kind_of(file) != "workflow":
        last, document = known_versions[0], desk.workspace.documents.get(file)
        is_last = document is not None and desk.releases.files_of(last)[file] == document.text
        return last.number if is_last else None
    own = desk.workspace.workflow(id_in(desk, file))
    if own is not None and desk.releases.stands_alone(own):
        found = (one.number for one in known_versions if one.version == own.version)
        return next(found, None)
    return known_versions[0].number


@pages.get("/workflows/<path:file>/versions")
@needs(Right.READ)
def versions(file: str) -> str:
    """Every time that the workflow, or the file that workflows share, was published."""
    desk = known(file)
    found = published_of(desk, file)
    return render_template(
        "versions.html",
        file=file,
        name=_name(desk, file),
        versions=found,
        live=_live(desk, file, found),
        is_shared=kind_of(file) != "workflow",
        when=lambda moment: moment_of(desk, moment),
    )


@beside("/workflows/<path:file>/versions", "versions", Right.READ)
def all_versions(file: str) -> list[dict[str, Any]]:
    """The same for programs."""
    desk = known(file)
    return [
        {
            "number": one.number,
            "workflow": one.workflow,
            "version": one.version,
            "file": one.file,
            "at": one.at.isoformat(),
            "by": one.by,
            "approved_by": one.approved_by,
            "note": one.note,
        }
        for one in published_of(desk, file)
    ]


def _name(desk: Desk, file: str) -> str:
    if kind_of(file) in NAMED:
        return words_in(g.language).say(f"page.{kind_of(file)}")
    document = desk.workspace.documents.get(file)
    return file if document is None else analyse(desk, file, document.text, g.language).name


@pages.get("/workflows/<path:file>/versions/<int:number>")
@needs(Right.READ)
def version(file: str, number: int) -> str:
    """What one of them says, and how it differs from another, or from the file as it is."""
    desk = known(file)
    found = published_of(desk, file)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        abort(404)
    files = desk.releases.files_of(one)
    other = next((each for each in found if str(each.number) == request.args.get("with")), None)
    text = files[one.file]
    now = read_lying(studio_here().root / file).text
    beside = now if other is None else desk.releases.files_of(other)[other.file]
    before, after = (analyse(desk, file, each, g.language) for each in (beside, text))
    return render_template(
        "version.html",
        file=file,
        name=_name(desk, file),
        one=one,
        other=other,
        versions=found,
        text=text,
        after=after,
        changes=changes_between(before, after),
        is_live=number == _live(desk, file, found),
        is_same=text == now,
        moved=_shared_differences(desk, one, files) if one.workflow else [],
        when=lambda moment: moment_of(desk, moment),
    )


def _shared_differences(desk: Desk, one: Published, files: Mapping[str, str]) -> list[str]:
    """The files that the version stood on beside its own and that say something else today."""
    today = {name: read.text for name, read in desk.workspace.documents.items()}
    return sorted(name for name, text in files.items() if name != one.file and today.get(name) != text)
