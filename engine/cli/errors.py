"""Failures and bugs as text, and the exit code each of them has (DESIGN section 8)."""

from __future__ import annotations

import platform
from pathlib import Path

from engine import __version__
from engine.model.diagnostics import EngineError, FilesRejected, WrongUsage
from engine.report.diagnostics import render_diagnostics
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
        name = Path(str(failure.filename or "")).name
        failure = EngineError("W922", file=name, reason=failure.strerror or str(failure))
    assert isinstance(failure, EngineError)
    facts = {
        name: value.replace(" ", "、") if name == "known" else value for name, value in failure.facts.items()
    }
    message, hint = texts.message(failure.code, facts), texts.hint(failure.code, facts)
    head = texts.say("cli.failure", code=failure.code, message=message)
    return f"{head}\n{texts.say('cli.hint', hint=hint)}" if hint else head


def render_bug(trace: str, language: str) -> str:
    """A block to paste into a report."""
    versions = f"wakeline {__version__}, Python {platform.python_version()}, {platform.system()}"
    return f"{Texts.of(language).say('bug.title')}\n\n{versions}\n{trace}"
