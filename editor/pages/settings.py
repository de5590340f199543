"""Settings: how the workspace runs, whether all is well, and a trial of its channels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, g, render_template, request

from editor.assets import DIST
from editor.auditing import note
from editor.pages.given import pages, studio_here
from editor.rights import Right, needs
from editor.words import channel_told, words_in
from engine import SETTINGS, Desk, EngineError, Mapping, Scalar, Texts, checkup_json
from engine import __version__ as version

_KINDS = frozenset({"file", "smtp", "inbox"})


@dataclass(frozen=True)
class Channel:
    """A channel as people may see it: of a secret only its name, and whether it is set."""

    id: str
    name: str
    kind: str
    where: str
    secret: str
    is_set: bool
    may_be_tried: bool


@pages.get("/settings")
@needs(Right.ADMIN)
def settings() -> str:
    """The state of everything."""
    return _page()


@pages.post("/settings/try")
@needs(Right.ADMIN)
def try_channel() -> str | tuple[str, int]:
    """One letter to an address that somebody types."""
    say, texts = words_in(g.language).say, Texts.of(g.language)
    channel, to = (request.form.get(name, "").strip() for name in ("channel", "to"))
    said = say("settings.trial_subject"), say("settings.trial_body", channel=channel)
    try:
        is_sent = studio_here().desk().try_channel(channel, to, said)
    except EngineError as failure:
        told = f"{texts.message(failure.code, failure.facts)} {texts.hint(failure.code, failure.facts)}"
        return _page(problem=told.strip(), to=to, tried=channel), 422
    note("tried_channel", channel, to=to)
    if not is_sent:
        return _page(told=say("settings.in_doubt", to=to), tone="warn")
    return _page(told=say("settings.tried", channel=channel, to=to))


@pages.get("/settings/licences")
@needs(Right.READ)
def licences() -> Response:
    """The notices of what the browser's code is made of."""
    return Response((DIST / "third-party.txt").read_text("utf-8"), mimetype="text/plain")


def _page(**more: Any) -> str:
    desk = studio_here().desk()
    checks = checkup_json(desk.checkup(version), g.language)["checks"]
    rank = ("problem", "note", "ok")
    return render_template(
        "settings.html",
        settings=desk.workspace.settings,
        checks=sorted(
            (one for one in checks if one["status"] != "ok"), key=lambda one: rank.index(one["status"])
        ),
        well=[one for one in checks if one["status"] == "ok"],
        channels=list(_channels(desk)),
        roles=list(desk.workspace.settings.roles),
        file=SETTINGS if SETTINGS in desk.workspace.documents else "",
        fallback=_fallback(desk),
        version=version,
        **more,
    )


def _channels(desk: Desk) -> Iterator[Channel]:
    for name, node in desk.workspace.settings.channels.items():
        kind, secret = _text(node, "kind"), _text(node, "password_env")
        where = " · ".join(filter(None, (_text(node, key) for key in ("host", "from", "path"))))
        may_be_tried = kind in {"file", "smtp"}
        kind_told = words_in(g.language).say(f"settings.by_{kind}") if kind in _KINDS else kind
        is_set = bool(os.environ.get(secret))
        yield Channel(name, channel_told(name), kind_told, where, secret, is_set, may_be_tried)


def _fallback(desk: Desk) -> str:
    """Who stands in for no owner, by name."""
    written = desk.workspace.settings.fallback_person
    key = written.text if written else ""
    return studio_here().gatehouse().colleagues().get(key, key) if desk.store.is_there else key


def _text(node: Mapping, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, Scalar) else ""
