"""The options that every command takes, and the desk they stand for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from engine import __version__
from engine.model.diagnostics import WrongUsage
from engine.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from engine.front import Desk

WORKSPACE = "workflows"
"""The folder a command works on when none is named."""

_FIRST_YEAR, _LAST_YEAR = 1900, 9000
"""A clock needs room before and behind it for lengths and next times."""


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

    def call(*, workspace: str, store: str, at: str | None, lang: str, format: str, **own: Any) -> Any:  # noqa: A002 - the option is called so
        return run(Place(Path(workspace), store, moment_of(at), lang, format), **own)

    about = texts.say(f"cli.{name}")
    return _Command(name, callback=call, params=[*params, *_common(texts), help_option(texts)], help=about)


class _Command(click.Command):
    """A command whose help is all in one language, and that takes no empty text for a name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is left over; an empty value is none at all, like one that was forgotten."""
        left = super().parse_args(ctx, args)
        for one in self.params:
            if one.name and ctx.get_parameter_source(one.name) is ParameterSource.COMMANDLINE:
                _demand_text(one, ctx.params.get(one.name), ctx)
        return left

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line of the help."""
        write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of options."""
        write_options(self, ctx, formatter)


def _demand_text(parameter: click.Parameter, value: object, ctx: click.Context) -> None:
    values = value if isinstance(value, tuple) else (value,)
    if not any(isinstance(one, str) and not one.strip() for one in values):
        return
    if isinstance(parameter, click.Option):
        raise click.BadOptionUsage(parameter.opts[-1], "", ctx=ctx)
    raise click.MissingParameter(ctx=ctx, param=parameter)


def write_usage(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """`用法：wakeline plan …`."""
    prefix = _texts_of(ctx).say("cli.usage_prefix")
    formatter.write_usage(ctx.command_path, " ".join(command.collect_usage_pieces(ctx)), prefix)


def write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Every option with what it does."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    rows = [row for one in options if (row := one.get_help_record(ctx)) is not None]
    write_section(formatter, _texts_of(ctx).say("cli.options"), rows)


def write_section(formatter: click.HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    """A title and two columns."""
    formatter.write(f"\n{title}\n")
    with formatter.indentation():
        formatter.write_dl(rows)


def lang_option(texts: Texts, *, expose: bool = False) -> click.Option:
    """`--lang`; before the command it is read by `language_of` alone."""
    kind, about = click.Choice(LANGUAGES), texts.say("cli.option_lang")
    return click.Option(["--lang"], default=texts.language, type=kind, help=about, expose_value=expose)


def help_option(texts: Texts) -> click.Option:
    """`--help`, which prints and leaves."""
    return _leaving("--help", texts.say("cli.option_help"), click.Context.get_help)


def version_option(texts: Texts) -> click.Option:
    """`--version`, which prints and leaves."""
    return _leaving("--version", texts.say("cli.option_version"), lambda _: f"wakeline {__version__}")


def _leaving(name: str, about: str, said: Callable[[click.Context], str]) -> click.Option:
    """An option that says something and leaves."""

    def show(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
        if wanted and not ctx.resilient_parsing:
            click.echo(said(ctx))
            ctx.exit()

    return click.Option([name], is_flag=True, is_eager=True, expose_value=False, callback=show, help=about)


class TooLarge(click.BadParameter):
    """A whole number that nothing has."""


class WholeNumber(click.IntRange):
    """A whole number from one to another; with a sentence of its own for one that is too large."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if isinstance(value, str) and value.isdecimal() and self.max is not None:
            digits = value.lstrip("0")  # int() itself takes only some thousands of them
            if len(digits) > len(str(self.max)) or int(digits or "0") > self.max:
                raise TooLarge(f"{self.max:,}", ctx=ctx, param=param)
        found: int = super().convert(value, param, ctx)
        return found


NUMBER: Final = WholeNumber(1, 2**63 - 1)
"""What the ledger counts things by."""
LIMIT: Final = WholeNumber(0, 2**63 - 1)
"""How many are listed."""


class Amount(click.FloatRange):
    """A number between two others; what is no number is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        found: float = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(str(value), param, ctx)
        return found


def by_option(texts: Texts, *, required: bool = True) -> click.Option:
    """`--by NAME`: who decides; nobody is no name."""

    def stripped(ctx: click.Context, option: click.Parameter, name: str | None) -> str:
        if name is not None and not name.strip():
            raise click.MissingParameter(ctx=ctx, param=option)
        return (name or "").strip()

    about = texts.say("cli.option_by")
    return click.Option(["--by"], required=required, callback=stripped, metavar="NAME", help=about)


def _texts_of(ctx: click.Context) -> Texts:
    """The language that the group was made in."""
    found = ctx.find_root().obj
    assert isinstance(found, Texts)
    return found


def moment_of(written: str | None) -> datetime | None:
    """`--at` in ISO 8601; raises WrongUsage."""
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise WrongUsage("W917", value=written) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise WrongUsage("W917", kind="far", value=written)
    return moment


def _common(texts: Texts) -> list[click.Parameter]:
    say = texts.say
    return [
        click.Option(
            ["--workspace"],
            default=WORKSPACE,
            metavar="DIR",
            help=say("cli.option_workspace"),
            show_default=True,
        ),
        click.Option(
            ["--store"], default="", envvar="WAKELINE_STORE", metavar="URL", help=say("cli.option_store")
        ),
        click.Option(["--at"], default=None, metavar="ISO-8601", help=say("cli.option_at")),
        lang_option(texts, expose=True),
        click.Option(
            ["--format"],
            default="text",
            type=click.Choice(("text", "json", "github")),
            help=say("cli.option_format"),
        ),
    ]


def sample_option(texts: Texts) -> click.Option:
    """`--sample DIR`."""
    return click.Option(["--sample"], default="", metavar="DIR", help=texts.say("cli.option_sample"))


def take_sample_of(place: Place, desk: Desk, named: str) -> None:
    """The sample of `--sample`, where it is given: a folder as it is written, else one of the workspace."""
    if named:
        folder = Path(named)
        take_sample(place, desk, folder if folder.is_dir() else place.workspace / named)


def take_sample(place: Place, desk: Desk, folder: Path) -> None:
    """Sample data in place of the store; rows that it could not read are told beside the output."""
    for name, rows in desk.sample(folder).items():
        click.echo(Texts.of(place.language).say("cli.sample_refused", file=name, count=rows), err=True)
