"""The parts of the page that are worked out from the text: each with what its template is filled with."""

from __future__ import annotations

from typing import Any

from flask import render_template

from editor.analysis import Analysis, every
from editor.flow import WIDTH, draw
from editor.forms import MOST_NAMES, Offer, Words, branches_of, form_of, palettes, trouble_in
from editor.forms.elements import Choice, Path
from editor.naming import Naming
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
    naming = Naming(found)
    form = form_of(found.document, schema, _words(found, naming, texts))
    regions["form"] = {
        "form": form,
        "trouble": trouble_in(form, found.document.root, found.problems),
        "elsewhere": found.elsewhere,
        "is_workflow": kind_of(found.file) == "workflow",
        "folds": kind_of(found.file) in SHARED.values(),
        "unfolded": kind_of(found.file) == "template",  # what a letter says is there to be read
        "names": {shape: names for shape, names in naming.many.items() if len(names) > MOST_NAMES},
    }
    regions["form"]["branches"] = branches_of(form) if form is not None else ()
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
    naming = Naming(found)
    words = Words(lambda _: "", lambda _: "", lambda _: naming.here, texts.say, found.language)
    return palettes(schema_of(found.desk.workspace, found.file, found.language), words)


def _words(found: Analysis, naming: Naming, texts: Texts) -> Words:
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

    return Words(
        said,
        number,
        naming.names,
        texts.say,
        found.language,
        about=about,
        fitting=naming.fitting,
        key_called=naming.key_called,
        keys=naming.keys,
        usual={
            "every": [Choice(one.name, one.detail) for one in rhythms(found.language)],
            "is_empty": [
                Choice(value=True, label=texts.say("form.empty")),
                Choice(value=False, label=texts.say("form.filled")),
            ],
        },
        called=usual_words(found.language),
        today=f"{found.desk.clock.today:%Y-%m-%d}",
    )


def rendered(found: Analysis) -> dict[str, str]:
    """The HTML of every region."""
    return {
        name: render_template(f"regions/{name}.html", **facts, paths_of=found.steps_path)
        for name, facts in regions_of(found, words_in(found.language)).items()
    }
