"""The preview of a template: the text on the screen as somebody would get it, on real or sample data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from editor.analysis import Analysis
from editor.mails import shown
from editor.studio import Studio
from editor.words import words_in
from engine import EngineError, Letter, Preview, Texts, Voice

_MOST_CHECKED = 20_000
"""Of so many records each is asked whether something is missing, while somebody types."""
LONG_SUBJECT = 40
"""Characters of a subject that a phone shows, about."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see: whose letters, on which data, of which record; empty: of the first."""

    voice: str
    data: str
    record: str
    nonce: str


@dataclass(frozen=True)
class Shown:
    """A letter as the page shows it; `frame` is the whole document of an HTML mail."""

    letter: Letter
    frame: str
    problem: str

    @property
    def is_long(self) -> bool:
        """Whether a phone would cut its subject."""
        return len(self.letter.subject) > LONG_SUBJECT


def voices_by_name(studio: Studio, template: str) -> Mapping[str, Voice]:
    """Of whom a template may speak, by what a form sends: those of its workflows, else every module."""
    desk = studio.desk()
    used = desk.voices(template)
    if not used:  # those that most workflows are about come first
        often = Counter(one.module.key for one in desk.workspace.workflows)
        modules = sorted(desk.workspace.model.modules.values(), key=lambda one: -often[one.key])
        used = tuple(map(Voice, modules))
    return {name_of(one): one for one in used}


def name_of(voice: Voice) -> str:
    """What a form sends for it."""
    return voice.module.key + ("" if voice.related is None else f"/{voice.related.relation.name}")


def previewed(studio: Studio, found: Analysis, voices: Mapping[str, Voice], wanted: Wanted) -> dict[str, Any]:
    """What the preview is filled with; `problem` where there is none."""
    texts = Texts.of(found.language)
    known = found.desk.workspace.templates.values()
    template = next((one for one in known if one.at.file == found.file), None)
    if template is None:
        return {"problem": words_in(found.language).say("template.mend_first")}
    voice = voices.get(wanted.voice) or next(iter(voices.values()))
    try:
        with studio.on_data(found.desk, wanted.data) as desk, desk.preview(template, voice) as preview:
            return _filled(preview, wanted, found.language)
    except EngineError as failure:
        return {"problem": texts.message(failure.code, failure.facts)}


def _filled(preview: Preview, wanted: Wanted, language: str) -> dict[str, Any]:
    texts = Texts.of(language)
    record, size = wanted.record or preview.first(), preview.size
    key, letters = preview.letters(record) if record else ("", ())
    count, lacks = preview.lacks() if size <= _MOST_CHECKED else (size, ())
    return {
        "record": key,
        "letters": [_shown(one, wanted.nonce, language) for one in letters],
        "problems": [texts.message(one.code, dict(one.facts)) for one in preview.problems],
        "count": count,
        "lacks": [(one, texts.message(one.code, dict(one.facts))) for one in lacks],
        "is_checked": size <= _MOST_CHECKED,
        "long_subject": LONG_SUBJECT,
        "problem": "",
    }


def _shown(letter: Letter, nonce: str, language: str) -> Shown:
    image = words_in(language).say("template.image")
    frame = shown(letter.body, nonce, image) if letter.form.is_html and not letter.code else ""
    problem = Texts.of(language).message(letter.code, dict(letter.facts)) if letter.code else ""
    return Shown(letter, frame, problem)
