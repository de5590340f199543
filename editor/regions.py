"""The parts of the page that are worked out from the text: each with what its template is filled with."""

from __future__ import annotations

from typing import Any

from flask import render_template

from editor.analysis import Analysis, every
from editor.flow import WIDTH, draw
from editor.forms import MOST_NAMES, Offer, form_of, palettes, trouble_in
from editor.forms.build import Words
from editor.forms.elements import Choice, Path
from editor.vocabulary import SHARED, kind_of, schema_of
from editor.words import words_in
from engine import Texts, rhythms, usual_words


def regions_of(found: Analysis, texts: Texts) -> dict[str, dict[str, Any]]:
    """By region. While the text cannot be read there are only the problems: the others stay as they are."""
    regions: dict[str, dict[str, Any]] = {
        "problems": {"problems": found.problems, "elsewhere": found.elsewhere}
    }
    if not found.is_parsed:
        return regions
    schema = schema_of(found.desk.workspace, found.file, found.language)
    form = form_of(found.document, schema, _words(found, texts))
    regions["form"] = {
        "form": form,
        "trouble": trouble_in(form, found.document.root, found.problems),
        "elsewhere": found.elsewhere,
        "is_workflow": kind_of(found.file) == "workflow",
        "folds": kind_of(found.file) in SHARED.values(),
        "unfolded": kind_of(found.file) == "template",  # what a letter says is there to be read
        "names": {shape: names for shape, names in found.names.items() if len(names) > MOST_NAMES},
    }
    sentence = found.sentence
    if sentence is None:
        return regions
    return {
        **regions,
        "summary": {"sentence": sentence},
        "outline": {"sentence": sentence},
        "flow": {"drawing": draw(sentence.steps, texts.say("workflow.then")), "width": WIDTH},
        "next_runs": {"times": sentence.next_times, "zone": found.desk.clock.zone},
    }


def palettes_of(found: Analysis, texts: Texts) -> dict[str, tuple[Offer, ...]]:
    """What lists of steps and of conditions may be given."""
    words = Words(lambda _: "", lambda _: "", found.names, texts.say)
    return palettes(schema_of(found.desk.workspace, found.file, found.language), words)


def _words(found: Analysis, texts: Texts) -> Words:
    sentence = found.sentence
    told = () if sentence is None else (*sentence.steps, *sentence.goal_steps)
    steps = {found.path_of(one): one for one in every(told)}
    conditions = found.conditions

    def said(path: Path) -> str:
        name = "/".join(map(str, path))
        return steps[name].text if name in steps else conditions.get(name, "")

    def number(path: Path) -> str:
        name = "/".join(map(str, path))
        return steps[name].number if name in steps else ""

    def about(path: Path) -> str:
        """The conditions of a list."""
        start = f"{'/'.join(map(str, path))}/"
        own = [text for name, text in conditions.items() if name.startswith(start)]
        return texts.say("form.and_so_on").join(own) if len(path) == 1 else ""

    usual = [Choice(one.name, one.detail) for one in rhythms(found.language)]
    return Words(
        said,
        number,
        found.names,
        texts.say,
        about,
        found.names_in,
        {"every": usual},
        usual_words(found.language),
    )


def rendered(found: Analysis) -> dict[str, str]:
    """The HTML of every region."""
    return {
        name: render_template(f"regions/{name}.html", **facts, paths_of=found.steps_path)
        for name, facts in regions_of(found, words_in(found.language)).items()
    }
