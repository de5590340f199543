"""A mistake in a file that keeps a page from being shown: which file, which line, and where it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from editor.rights import Right, may
from editor.vocabulary import kind_of
from editor.words import words_in
from engine import Diagnostic, Texts


@dataclass(frozen=True)
class Fault:
    """The first mistake of some files in a sentence; `url` leads there whoever may open that file."""

    file: str
    line: int
    message: str
    url: str = ""

    def told(self, language: str) -> str:
        """The file, the line and what is wrong with it."""
        say = words_in(language).say
        return say("failed.fault", file=self.file, line=self.line, message=self.message)


def fault_of(diagnostics: Iterable[Diagnostic], language: str) -> Fault | None:
    """The first mistake; None where there are but warnings."""
    first = next((one for one in diagnostics if str(one.severity) == "error"), None)
    if first is None:
        return None
    texts, at, facts = Texts.of(language), first.at, dict(first.facts)
    message = f"{texts.message(first.code, facts)} {texts.hint(first.code, facts)}".strip()
    return Fault(at.file, at.line, message, _url(at.file, at.line))


def _url(file: str, line: int) -> str:
    """Its text in the editor; empty where there is no page for it, or not for them."""
    kind = kind_of(file)
    if not kind or not may(Right.ADMIN if kind == "workspace" else Right.READ):
        return ""
    return url_for("workflows.workflow", file=file, tab="yaml", line=line)
