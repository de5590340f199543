"""`wakeline edit`: serves the editor on this machine until it is stopped."""

from __future__ import annotations

import secrets
import socket

import click

from editor.app import create_app
from editor.assets import DIST
from editor.secret import secret_of
from editor.studio import Studio
from editor.words import words_in
from engine import EngineError, Place, Texts, command
from engine import __version__ as version

_HOST, _PORT = "127.0.0.1", 8765
_THREADS = 8


def edit(texts: Texts) -> click.Command:
    """The command, in a language."""
    about = words_in(texts.language).say("command.port")
    port = click.Option(
        ["--port"], type=click.IntRange(0, 65535), default=_PORT, help=about, show_default=True
    )
    return command("edit", texts, serve, port)


def serve(place: Place, *, port: int) -> int:
    """Serve one workspace on this machine alone. Raises EngineError where that is not possible."""
    from waitress import create_server  # noqa: PLC0415 - only who serves needs it

    if not (DIST / "manifest.json").is_file():
        raise EngineError("W830")
    studio = Studio(place.workspace, place.store, place.at)
    key = "" if studio.gatehouse().look_up()[0] else secrets.token_urlsafe(24)
    app = create_app(studio, secret_of(place.workspace), key)
    try:
        listening = socket.create_server((_HOST, port))
    except OSError as failure:
        facts = {"name": "edit", "address": f"{_HOST}:{port}", "reason": failure.strerror or str(failure)}
        raise EngineError("W829", kind="taken", **facts) from failure
    server = create_server(app, sockets=[listening], threads=_THREADS, ident=f"wakeline {version}")
    url = f"http://localhost:{listening.getsockname()[1]}/"
    say = words_in(place.language).say
    click.echo(
        say("command.serving_owner", url=f"{url}?key={key}") if key else say("command.serving", url=url)
    )
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()
    return 0
