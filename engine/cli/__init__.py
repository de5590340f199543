"""The command `wakeline`: arguments go to the front door, what comes back is printed, with an exit code."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.errors import exit_code_of, rejected_json, render_bug, render_failure, render_usage
from engine.cli.options import (
    WORKSPACE,
    help_option,
    lang_option,
    version_option,
    write_options,
    write_section,
    write_usage,
)
from engine.garbage import look_seldom
from engine.model.diagnostics import FilesRejected, WrongUsage, nearest
from engine.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_DEFAULT = "zh"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit. Codes: 0 fine, 1 files or held, 2 usage, 3 failure while running, 70 bug."""
    look_seldom()
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run_command(given))


def run_command(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    language = language_of(arguments)
    try:
        result = _Commands(Texts.of(language)).main(arguments, prog_name="wakeline", standalone_mode=False)
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.Abort:
        return 130
    except click.ClickException as mistake:
        click.echo(render_usage(mistake, language), err=True)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as failure:  # noqa: BLE001 - the last place where a failure can be told apart from a bug
        code = exit_code_of(failure)
        told = (
            render_bug(traceback.format_exc(), language)
            if code is None
            else render_failure(failure, language)
        )
        click.echo(told, err=True)
        if isinstance(failure, FilesRejected) and _option("--format", arguments) == "json":
            click.echo(rejected_json(failure, language))
        return 70 if code is None else code
    return result if isinstance(result, int) else 0


def language_of(arguments: Sequence[str]) -> str:
    """The language asked for by `--lang`, else by WAKELINE_LANG, else the workspace's, else Chinese."""
    wanted = (_option("--lang", arguments), os.environ.get("WAKELINE_LANG", ""), _of_workspace(arguments))
    return next((one for one in wanted if one in LANGUAGES), _DEFAULT)


def _option(name: str, arguments: Sequence[str]) -> str:
    """What stands behind an option, before the command line is taken apart; empty when it is not given."""
    for before, after in zip(["", *arguments], [*arguments, ""], strict=True):
        if before == name:
            return after
        if after.startswith(f"{name}="):
            return after.removeprefix(f"{name}=")
    return ""


def _of_workspace(arguments: Sequence[str]) -> str:
    """The `language:` of workspace.yaml, read as text: help and messages come before any file is loaded."""
    try:
        written = (Path(_option("--workspace", arguments) or WORKSPACE) / "workspace.yaml").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    found = re.search(r"^language: *[\"']?(zh|en)\b", written, re.MULTILINE)
    return found[1] if found else ""


COMMANDS = {
    **dict.fromkeys(("init", "check", "test", "publish", "schema", "reference"), "files"),
    **dict.fromkeys(("plan", "explain", "diff"), "plans"),
    **dict.fromkeys(("runs", "enrollments", "journal", "outbox", "asks", "events"), "lists"),
    **dict.fromkeys(("import", "export"), "records"),
    "run": "runs",
    "decide": "deciding",
    **dict.fromkeys(("start", "holds", "approve", "refuse", "pause", "confirm"), "nights"),
    "undo": "undoing",
    "event": "happening",
    "demo": "demo",
    "describe": "describe",
    "segment": "segments",
    "advise": "advising",
    **dict.fromkeys(("stop-sending", "resume-sending", "settle", "confirm-sending"), "sending"),
    "doctor": "health",
    "simulate": "simulating",
    **dict.fromkeys(("user", "audit"), "accounts"),
    "report": "reporting",
}
"""Every command and the file it is in; the file is loaded when the command is given."""
GROUP = "wakeline.commands"
"""The entry points by which other packages add commands: functions of texts that give a command."""


def added() -> Mapping[str, EntryPoint]:
    """The commands of other packages, by name."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - a command of ours needs no look around

    return {one.name: one for one in entry_points(group=GROUP) if one.name not in COMMANDS}


class _Commands(click.Group):
    """The commands, loaded on demand: checking a file needs no database library."""

    def __init__(self, texts: Texts) -> None:
        about, settings = texts.say("cli.wakeline"), {"max_content_width": 100, "obj": texts}
        params = [lang_option(texts), version_option(texts), help_option(texts)]
        super().__init__("wakeline", help=about, params=params, context_settings=settings)
        self._texts = texts

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names."""
        return sorted({*COMMANDS, *added()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """One command."""
        others = {} if cmd_name in COMMANDS else added()
        if cmd_name in others:
            other: click.Command = others[cmd_name].load()(self._texts)
            return other
        if cmd_name not in COMMANDS:
            raise WrongUsage("W921", name=cmd_name, nearest=nearest(cmd_name, {*COMMANDS, *others}))
        part = import_module(f"engine.cli.{COMMANDS[cmd_name]}")
        found: list[click.Command] = part.commands(self._texts)
        return next(one for one in found if one.name == cmd_name)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line of the help."""
        write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of options, then of commands."""
        write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `wakeline --help`, without loading any of them."""
        rows = [(name, self._texts.say(f"cli.{name}")) for name in self.list_commands(ctx)]
        write_section(formatter, self._texts.say("cli.commands"), rows)
