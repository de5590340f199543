"""Failures and bugs as text, and the exit code each of them has (DESIGN section 8)."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from engine import __version__
from engine.cli.options import TooLarge
from engine.model.diagnostics import EngineError, FilesRejected, WrongUsage
from engine.report.diagnostics import diagnostics_json, render_diagnostics
from engine.texts import Texts


def exit_code_of(failure: Exception) -> int | None:
    """1 for files, 2 for wrong usage, 3 for a failure of the world; None for a bug."""
    if isinstance(failure, FilesRejected):
        return 1
    if isinstance(failure, WrongUsage):
        return 2
    return 3 if isinstance(failure, EngineError | OSError) else None


def render_failure(failure: Exception, language: str) -> str:
    """What went wrong and what to do, in a sentence or two."""
    if isinstance(failure, FilesRejected):
        return render_diagnostics(failure.diagnostics, {}, language)
    texts = Texts.of(language)
    if isinstance(failure, OSError):
        path = Path(str(failure.filename or ""))
        facts = {"file": path.name, "reason": failure.strerror or str(failure)}
        is_homeless = isinstance(failure, FileNotFoundError) and not path.parent.is_dir()
        kind = "no_folder" if is_homeless else ""
        failure = EngineError("W922", **facts, kind=kind, folder=str(path.parent))
    assert isinstance(failure, EngineError)
    message = texts.message(failure.code, failure.facts)
    hint = texts.hint(failure.code, failure.facts)
    head = texts.say("cli.failure", code=failure.code, message=message)
    return f"{head}\n{texts.say('cli.hint', hint=hint)}" if hint else head


def rejected_json(failure: FilesRejected, language: str) -> str:
    """The diagnostics of rejected files for machines, as `check` gives them."""
    return json.dumps(diagnostics_json(failure.diagnostics, language), ensure_ascii=False, indent=1)


def render_usage(mistake: click.ClickException, language: str) -> str:
    """What is written wrong on the command line, in the reader's words instead of click's English ones."""
    say = Texts.of(language).say
    return say("cli.usage", problem=next(_problems(mistake, Texts.of(language)), mistake.format_message()))


def _problems(mistake: click.ClickException, texts: Texts) -> Iterator[str]:
    """The sentence for a mistake; none for one that this command line cannot give rise to."""
    say, listed = texts.say, texts.say("plan.list").join
    if isinstance(mistake, click.NoSuchOption):
        near = listed(sorted(mistake.possibilities or ()))
        key = "cli.unknown_option_near" if near else "cli.unknown_option"
        yield say(key, name=mistake.option_name, near=near)
    elif isinstance(mistake, click.BadOptionUsage):
        takes_none = "does not take a value" in mistake.format_message()
        yield say("cli.option_alone" if takes_none else "cli.option_bare", name=mistake.option_name)
    elif isinstance(mistake, click.BadParameter) and mistake.param is not None:
        name = _name_of(mistake.param)
        if isinstance(mistake, click.MissingParameter):
            yield say("cli.missing", name=name)
        elif isinstance(mistake, TooLarge):
            yield say("cli.too_large", name=name, most=mistake.message)
        else:
            yield from (say(key, name=name, **facts) for key, facts in _wanted(mistake.param.type, listed))
    else:
        extra = re.search(r"unexpected extra arguments? \((.+)\)", mistake.format_message())
        if extra:
            yield say("cli.extra", value=extra[1])


def _name_of(parameter: click.Parameter) -> str:
    """As it is written on the command line: `--run`, `WORKFLOW`."""
    is_option = isinstance(parameter, click.Option)
    if is_option:
        return parameter.opts[-1]
    return parameter.make_metavar(click.Context(click.Command(""))).strip("[].…")


def _wanted(
    kind: click.ParamType[Any], listed: Callable[[list[str]], str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """What a value of a kind has to be."""
    if isinstance(kind, click.Choice):
        yield "cli.one_of", {"known": listed([str(one) for one in kind.choices])}
    elif isinstance(kind, click.FloatRange):
        yield "cli.between", {"least": f"{kind.min:,}", "most": f"{kind.max:,}"}
    elif isinstance(kind, click.IntRange) and kind.min is not None:
        yield "cli.whole_from", {"least": str(kind.min)}


def render_bug(trace: str, language: str) -> str:
    """A block to paste into a report."""
    versions = f"wakeline {__version__}, Python {platform.python_version()}, {platform.system()}"
    return f"{Texts.of(language).say('bug.title')}\n\n{versions}\n{trace}"
