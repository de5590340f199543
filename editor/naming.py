"""Which names and values fit a place of a file: what the engine knows of it, as a form asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from editor.analysis import Analysis
from editor.forms import Names
from editor.forms.elements import Path
from editor.vocabulary import kind_of
from editor.words import channel_told
from engine import LANGUAGES, About, Fitting, called_at, fitting_at, key_called, keys_at, names_at

_CHANNELS = {"via", "channel"}
"""Keys behind which channels stand."""


class Naming:
    """Over one analysis."""

    def __init__(self, found: Analysis) -> None:
        workspace, data = found.desk.workspace, found.says
        self._abouts = {language: About(workspace, found.file, language, data, ()) for language in LANGUAGES}
        self._about = self._abouts[found.language]
        self._known = dict[tuple[str, bool], Names]()

    @cached_property
    def here(self) -> Names:
        """The names of the file's own module."""
        return self.names(())

    @property
    def many(self) -> Mapping[str, Sequence[str]]:
        """All lists of names that were asked for, each with its mark."""
        return {f"{shape}{one.mark}": some for one in self._known.values() for shape, some in one.of.items()}

    def names(self, path: Path) -> Names:
        """The names of the model that fit a place; those of related records where it is about them."""
        module = self._about.at(path).module()
        mark = ("" if module is None else module.key, self._about.at(path).event() is not None)
        if mark not in self._known:
            self._known[mark] = self._names(path, f"-{len(self._known)}")
        return self._known[mark]

    def _names(self, path: Path, mark: str) -> Names:
        here = names_at(self._about.at(path))
        also = dict[str, dict[str, str]]()
        for about in self._abouts.values():
            for shape, names in names_at(about.at(path)).items():
                if len(names) == len(here[shape]):  # the same names in the same order
                    also.setdefault(shape, {}).update(zip(names, here[shape], strict=True))
        known = {shape: names for shape, names in here.items() if names}
        others = set[str]() if self._speaks_of_one else self._anybodys
        return Names(known, also, called_at(self._about.at(path)), others, mark)

    @property
    def _speaks_of_one(self) -> bool:
        """Whether the file says whose fields it means."""
        return kind_of(self._about.file) in {"workflow", "segments"}

    @cached_property
    def _anybodys(self) -> set[str]:
        """The fields of every module, and those behind their links."""
        modules = self._about.model.modules.values()
        known = (one for about in self._abouts.values() for each in modules for one in about.fields_in(each))
        return {one.name for one in known}

    def fitting(self, path: Path) -> Fitting | None:
        """What fits a value; channels as people call them."""
        found = fitting_at(self._about, path)
        words = [one for one in path if isinstance(one, str)]
        if found is None or words[-1] not in _CHANNELS:
            return found
        called = [(one, channel_told(one.word, self._about.language)) for one in found.choices]
        return replace(found, choices=tuple(replace(one, called=name) for one, name in called))

    def key_called(self, path: Path) -> str:
        """What people call a key that is a word although its block takes any."""
        return key_called(self._about, path)

    def keys(self, path: Path) -> Sequence[str]:
        """The keys that may be added to a block that takes any."""
        return keys_at(self._about, path)
