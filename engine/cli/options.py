"""The options that every command takes, and the desk they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.model.diagnostics import WrongUsage
from engine.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from engine.front import Desk


@dataclass(frozen=True)
class Place:
    """Where, when and in which language a command works."""

    workspace: Path
    store: str
    at: datetime | None
    language: str
    format: str

    @property
    def as_json(self) -> bool:
        """Whether machines read the output."""
        return self.format == "json"

    def desk(self, files: Iterable[str] = ()) -> Desk:
        """The desk for these options; `files` may name workflow files outside the workspace."""
        from engine.front import Desk  # noqa: PLC0415 - a check needs no database

        return Desk(self.workspace, self.store, self.at, [Path(one) for one in files])


def command(name: str, texts: Texts, run: Callable[..., Any], *params: click.Parameter) -> click.Command:
    """A command with the common options; `run` gets the Place and the command's own parameters."""

    def call(*, workspace: str, store: str, at: str | None, lang: str, format: str, **own: Any) -> Any:  # noqa: A002
        return run(Place(Path(workspace), store, moment_of(at), lang, format), **own)

    return click.Command(
        name,
        callback=call,
        params=[*params, *_common(texts)],
        help=texts.say(f"cli.{name}"),
        no_args_is_help=False,
    )


def moment_of(written: str | None) -> datetime | None:
    """`--at` in ISO 8601; raises WrongUsage."""
    if written is None:
        return None
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise WrongUsage("W917", value=written) from None


def _common(texts: Texts) -> list[click.Parameter]:
    say = texts.say
    return [
        click.Option(
            ["--workspace"],
            default="workflows",
            metavar="DIR",
            help=say("cli.option_workspace"),
            show_default=True,
        ),
        click.Option(
            ["--store"], default="", envvar="WAKELINE_STORE", metavar="URL", help=say("cli.option_store")
        ),
        click.Option(["--at"], default=None, metavar="ISO-8601", help=say("cli.option_at")),
        click.Option(
            ["--lang"], default=texts.language, type=click.Choice(LANGUAGES), help=say("cli.option_lang")
        ),
        click.Option(
            ["--format"],
            default="text",
            type=click.Choice(("text", "json", "github")),
            help=say("cli.option_format"),
        ),
    ]
