"""Templates: the list, the page of one with its preview, and a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from editor.analysis import analyse
from editor.auditing import note
from editor.drafts import Drafts
from editor.files import CannotWrite, read_lying, write_lying
from editor.pages.beside import beside
from editor.pages.deeds import in_words
from editor.pages.given import known, me, pages, source_of_form, studio_here
from editor.pages.workflow import facts_of
from editor.previewing import Wanted, previewed, voices_by_name
from editor.rights import Right, needs
from editor.searching import Search
from editor.sight import masks_here
from editor.studio import SAMPLES
from editor.vocabulary import kind_of
from editor.words import words_in
from engine import TEMPLATES, Desk, Edit, Rewritten, names_in, rewritten

_NAME = re.compile(r"\w[\w \-]{0,59}")
_NONCE = re.compile(r"[\w-]{10,64}")
_CHANNELS = ("email", "sms", "wecom", "task")
_BLANK = "name: ''\nclass: internal\nversions:\n  - {channel}:\n      text: ''\n"


@dataclass(frozen=True)
class Row:
    """A template in the list, or a text that templates take in."""

    file: str
    name: str
    kind: str
    channels: tuple[str, ...]
    users: tuple[tuple[str, str], ...]
    """The workflows that use it: file and name."""
    variables: tuple[str, ...]
    changed: datetime
    state: str
    has_draft: bool

    @property
    def address(self) -> str:
        """Its file within the folder of templates."""
        return self.file.removeprefix(f"{TEMPLATES}/")


@pages.get("/templates")
@needs(Right.READ)
def templates() -> str | BaseResponse:
    """All templates of the workspace; or the page of the one that a workflow names."""
    named = studio_here().desk().workspace.templates.get(request.args.get("name", ""))
    if named is not None:
        name = named.at.file.removeprefix(f"{TEMPLATES}/")
        return redirect(url_for("workflows.template", name=name))
    return _list()


def _list(problem: str = "") -> str:
    rows = list(_rows(studio_here().desk()))
    wanted, channel = request.args.get("q", "").strip(), request.args.get("channel", "")
    shown = list(filter(_is_wanted, rows))
    known = sorted({each for one in rows for each in one.channels})
    facts: dict[str, Any] = {"q": wanted, "channel": channel, "channels": known, "new": _CHANNELS}
    return render_template("templates.html", rows=shown, problem=problem, given=request.form, **facts)


@beside("/templates", "templates", Right.READ)
def all_templates() -> list[dict[str, Any]]:
    """The same for programs, as the address narrows it."""
    return [
        {
            "file": one.file,
            "name": one.name,
            "kind": one.kind,
            "channels": list(one.channels),
            "used_by": [file for file, _ in one.users],
            "variables": list(one.variables),
            "changed_at": one.changed.isoformat(),
            "state": one.state,
        }
        for one in filter(_is_wanted, _rows(studio_here().desk()))
    ]


def _is_wanted(one: Row) -> bool:
    """Whether it fits what the address asks for."""
    channel = request.args.get("channel", "")
    is_found = Search.of(request.args.get("q", "")).finds(one.name, *one.variables)
    return is_found and (not channel or channel in one.channels)


def _rows(desk: Desk) -> Iterator[Row]:
    workspace, drafts = desk.workspace, Drafts(studio_here().root, me())
    by_file = {one.at.file: one for one in workspace.templates.values()}
    wrong = {one.at.file for one in workspace.diagnostics if str(one.severity) == "error"}
    for file in workspace.documents:
        kind = kind_of(file)
        if kind not in {"template", "partial"}:
            continue
        found = by_file.get(file)
        name = _name_in(desk, file)
        changed = datetime.fromtimestamp((studio_here().root / file).stat().st_mtime, desk.clock.zone)
        yield Row(
            file,
            name,
            kind if found is None else found.kind,
            () if found is None else tuple(dict.fromkeys(one.channel for one in found.forms)),
            tuple(users_of(desk, kind, name)),
            () if found is None else names_in(workspace, found),
            changed,
            "broken" if file in wrong else "active",
            drafts.get(file) is not None,
        )


def users_of(desk: Desk, kind: str, name: str) -> Iterator[tuple[str, str]]:
    """The workflows that use a template or a text of templates: file and name."""
    for one in desk.workspace.workflows:
        if (kind, name) in desk.workspace.uses.get(one.id, ()):
            yield one.file, one.names.of(g.language)


def _name_in(desk: Desk, file: str) -> str:
    root = desk.workspace.documents[file].root
    written = None if root is None else root.get("name")
    return str(getattr(written, "text", "")) or file.removeprefix(f"{TEMPLATES}/")


@pages.get("/templates/<path:name>")
@needs(Right.READ)
def template(name: str) -> str:
    """The page of one template, as its draft stands, else as it is published."""
    file = f"{TEMPLATES}/{name}"
    facts = facts_of(file)
    desk, kind = studio_here().desk(), kind_of(file)
    called = _name_in(desk, file)
    voices = {} if kind == "partial" else voices_by_name(studio_here(), called)
    return render_template(
        "template.html",
        **facts,
        kind=kind,
        users=list(users_of(desk, kind, called)),
        voices=voices,
        variables=_variables(desk, voices),
    )


def _variables(desk: Desk, voices: Any) -> list[tuple[str, list[str]]]:
    """What may be put into the text: fields by module, then what every text knows."""
    modules = {one.module.key: one.module for one in voices.values()}
    found = [
        (module.labels.of(g.language), [one.labels.of(g.language) for one in module.fields.values()])
        for module in modules.values()
    ]
    people = desk.workspace.model.people
    if people is not None:
        staff = desk.workspace.model.modules[people.module]
        names = [f"owner.{one.labels.of(g.language)}" for one in staff.fields.values()]
        found.append((words_in(g.language).say("template.owner"), names))
    return [*found, (words_in(g.language).say("template.others"), ["today"])]


@pages.post("/template-preview/<path:file>")
@needs(Right.READ)
def preview(file: str) -> str:
    """The text on the screen as somebody would get it."""
    desk = known(file)
    if kind_of(file) != "template":
        abort(404)
    # Whoever reads numbers in part could write a text that spells them out: they see what lies there.
    source = read_lying(studio_here().root / file).text if masks_here() else source_of_form()
    found = analyse(desk, file, source, g.language)
    nonce = request.form.get("nonce", "")
    voice, data, record = (request.form.get(name, "").strip() for name in ("voice", "data", "record"))
    wanted = Wanted(voice, data, record, nonce if _NONCE.fullmatch(nonce) else g.nonce)
    if wanted.data == SAMPLES and not (studio_here().root / SAMPLES).is_dir():
        abort(400)
    voices = voices_by_name(studio_here(), _name_in(desk, file))
    return render_template("preview.html", **previewed(studio_here(), found, voices, wanted))


@pages.post("/templates")
@needs(Right.PUBLISH)
def make_template() -> tuple[str, int] | BaseResponse:
    """A new file; nothing uses it yet."""
    name, channel = request.form.get("name", "").strip(), request.form.get("channel", "")
    say = words_in(g.language).say
    if not _NAME.fullmatch(name) or channel not in _CHANNELS:
        return _list(say("template.bad_name")), 422
    file, studio = f"{TEMPLATES}/{name}.yaml", studio_here()
    with studio.writing:
        desk = studio.desk()
        if name in desk.workspace.templates or (studio.root / file).exists():
            return _list(say("template.name_taken", name=name)), 422
        text = _first_text(file, name, channel)
        if text is None:
            return _list(say("template.bad_text")), 422
        try:
            write_lying(studio.root, studio.root / file, text.encode())
        except CannotWrite as failure:
            return _list(in_words(failure)), 422
    note("created", file)
    return redirect(url_for("workflows.template", name=f"{name}.yaml"))


def _first_text(file: str, name: str, channel: str) -> str | None:
    """A template with one version; quotes and indents are for the engine to choose. None: it is no text."""
    subject, body = (request.form.get(one, "").replace("\r\n", "\n") for one in ("subject", "body"))
    form = ("versions", 0, channel)
    edits = [Edit("set", ("name",), value=name)]
    if channel == "email":
        edits += [Edit("set", ("class",), value="commercial"), Edit("set", (*form, "subject"), value=subject)]
    done = rewritten(_BLANK.format(channel=channel), [*edits, Edit("set", (*form, "text"), value=body)], file)
    return done.text if isinstance(done, Rewritten) else None
