"""`wakeline edit`: serves the editor until it is stopped, on this machine alone unless others are let in."""

from __future__ import annotations

import secrets

import click

from editor.app import create_app
from editor.assets import DIST
from editor.reach import Reach
from editor.releasing import catch_up
from editor.secret import secret_of
from editor.studio import Studio
from editor.words import words_in
from engine import EngineError, Place, Texts, WrongUsage, command, written
from engine import __version__ as version

_PORT = 8765
_THREADS = 8


def edit(texts: Texts) -> click.Command:
    """The command, in a language."""
    say = words_in(texts.language).say
    port = click.IntRange(0, 65535)
    alone = Reach()
    return command(
        "edit",
        texts,
        serve,
        click.Option(["--port"], type=port, default=_PORT, help=say("command.port"), show_default=True),
        click.Option(["--host"], default=alone.host, help=say("command.host"), show_default=True),
        click.Option(["--public"], default="", metavar="URL", help=say("command.public")),
        click.Option(["--proxy"], default=alone.proxy, help=say("command.proxy"), show_default=True),
    )


def serve(place: Place, *, port: int, host: str, public: str, proxy: str) -> int:
    """Serve one workspace. Raises EngineError where that is not possible."""
    from waitress import create_server  # noqa: PLC0415 - only who serves needs it

    if not (DIST / "manifest.json").is_file():
        raise EngineError("W830")
    reach = Reach.of(host, public, proxy)
    studio = Studio(place.workspace, place.store, place.at)
    has_accounts, _ = studio.gatehouse().look_up()
    catch_up(studio)  # what was published when somebody was killed
    if reach.public and not has_accounts:
        raise WrongUsage("W829", kind="open", name="edit")
    key = "" if has_accounts else secrets.token_urlsafe(24)
    app = create_app(studio, secret_of(place.workspace), key, reach.public)
    listening = reach.listen(port)
    server = create_server(
        app, sockets=[listening], threads=_THREADS, ident=f"wakeline {version}", **reach.believing()
    )
    _tell(words_in(place.language), reach, listening.getsockname()[1], key)
    with written(as_json=place.as_json):  # what goes wrong on a page is found here by its number
        try:
            server.run()
        except KeyboardInterrupt:
            server.close()
    return 0


def _tell(words: Texts, reach: Reach, port: int, key: str) -> None:
    here = f"http://localhost:{port}/"
    if reach.public:
        click.echo(words.say("command.serving_others", url=f"{reach.public}/", here=f"{reach.host}:{port}"))
        if reach.is_plain:
            click.echo(words.say("command.plain"))
    elif key:
        click.echo(words.say("command.serving_owner", url=f"{here}?key={key}"))
    else:
        click.echo(words.say("command.serving", url=here))
