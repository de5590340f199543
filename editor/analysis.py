"""One text, one answer: what is wrong in it, what it says in words, what it would do and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from engine import (
    Desk,
    Diagnostic,
    Document,
    FilesRejected,
    Scalar,
    Sentence,
    WrongUsage,
    conditions_in_words,
    describe,
    diagnostics_json,
    is_workflow_file,
    paths_in,
    plain_value,
)
from engine import StepTold as Step

MOST_VALUES = 2_000
"""Values of a file, lists and blocks counted too, that a form shows: some 600 conditions."""
MOST_PROBLEMS = 200


@dataclass(frozen=True)
class Analysis:
    """A file's text as it stands on somebody's screen, worked out within its workspace.

    `sentence` is None where the text cannot be read.
    """

    desk: Desk
    file: str
    text: str
    language: str
    diagnostics: tuple[Diagnostic, ...]
    sentence: Sentence | None
    abroad: tuple[Diagnostic, ...] = ()
    """What becomes wrong in other files because of this text."""

    @property
    def is_parsed(self) -> bool:
        """Whether the text is YAML that says something."""
        return self.document.root is not None

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """The mistakes in the order of the file, each with what would mend it; of many, the errors first."""
        told = self.diagnostics
        if self.untold:
            kept = set(sorted(told, key=lambda one: str(one.severity) != "error")[:MOST_PROBLEMS])
            told = tuple(one for one in told if one in kept)
        return diagnostics_json(told, self.language, {self.file: self.document})

    @property
    def untold(self) -> int:
        """How many mistakes are not among the problems; nobody reads so many at once."""
        return max(0, len(self.diagnostics) - MOST_PROBLEMS)

    @cached_property
    def is_long(self) -> bool:
        """Whether the file says too much to be shown as a form and a diagram."""
        root = self.document.root
        return root is not None and any(True for _ in islice(paths_in(root), MOST_VALUES, None))

    @property
    def elsewhere(self) -> list[dict[str, Any]]:
        """The mistakes that the text makes in other files."""
        return diagnostics_json(self.abroad, self.language)

    @property
    def broken(self) -> dict[str, int]:
        """The place of the first mistake."""
        at = self.diagnostics[0].at if self.diagnostics else None
        return {"line": at.line if at else 1, "column": at.column if at else 1}

    @property
    def has_errors(self) -> bool:
        """Whether the text cannot be published."""
        return any(str(one.severity) == "error" for one in (*self.diagnostics, *self.abroad))

    @property
    def is_paused(self) -> bool:
        """Whether the file says that it does not run."""
        written = None if self.document.root is None else self.document.root.get("status")
        return isinstance(written, Scalar) and written.text == "paused"

    @property
    def name(self) -> str:
        """What the workflow or the template is called; the file where the text does not say."""
        if self.sentence is not None:
            return self.sentence.name
        written = None if self.document.root is None else self.document.root.get("name")
        return written.text if isinstance(written, Scalar) and written.text else self.file

    @property
    def says(self) -> object:
        """What the text says, whatever its layout and its comments."""
        return None if self.document.root is None else plain_value(self.document.root)

    @property
    def id(self) -> str | None:
        """The id of the workflow, where the text is one without errors."""
        found = (one.id for one in self.desk.workspace.workflows if one.file == self.file)
        return next(found, None)

    @property
    def document(self) -> Document:
        """The text as values with places."""
        return self.desk.workspace.documents[self.file]

    @cached_property
    def conditions(self) -> Mapping[str, str]:
        """Every single condition of the file in words, by its path."""
        return conditions_in_words(self.desk.workspace, self.file, self.language)

    def steps_path(self, step: Step) -> list[str | int]:
        """The same in parts, as pages say it."""
        return [int(one) if one.isdecimal() else one for one in self.path_of(step).split("/")]

    def path_of(self, step: Step) -> str:
        """The address of a step in the file: `actions/2/then/0`."""
        return self._paths.get(id(step.step), "")

    @cached_property
    def _paths(self) -> Mapping[int, str]:
        """The path of every value, asked for step by step: found in one walk."""
        root = self.document.root
        return {} if root is None else {id(node): path for path, node in paths_in(root)}


def analyse(desk: Desk, file: str, text: str, language: str) -> Analysis:
    """Total: every text has an analysis, a half-written one too."""
    tried = desk.trying(file, text)
    found = tuple(one for one in tried.workspace.diagnostics if one.at.file == file)
    known = set(desk.workspace.diagnostics)
    abroad = tuple(one for one in tried.workspace.diagnostics if one.at.file != file and one not in known)
    return Analysis(tried, file, text, language, found, _sentence(tried, file, language), abroad)


def _sentence(desk: Desk, file: str, language: str) -> Sentence | None:
    if not is_workflow_file(file):
        return None
    try:
        return next(iter(describe(desk.outlooks([file]), desk.workspace, language)), None)
    except (FilesRejected, WrongUsage):
        return None


def every(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps, those of branches behind the one they belong to."""
    for one in steps:
        yield one
        for branch in one.branches:
            yield from every(branch.steps)
