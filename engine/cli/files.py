"""Commands about files: init, check, test, publish, schema, reference."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.noting import me, note_down
from engine.cli.options import Place, by_option, command
from engine.model.diagnostics import WrongUsage
from engine.texts import Texts

if TYPE_CHECKING:
    from engine.checking import Checked
    from engine.front import Desk

SCHEMAS = ".wakeline/schemas"
"""Where `schema --write` puts them, inside the workspace."""

_MONTH = 31
"""So many nights are simulated to see workflows cross."""


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    paths = click.Argument(["paths"], nargs=-1, metavar="[PATH…]")
    names = click.Argument(["names"], nargs=-1, metavar="[WORKFLOW…]")
    folder = click.Argument(["folder"], metavar="DIR")
    word = click.Argument(["word"], required=False, metavar="[WORD]")
    out = click.Option(["--out"], default="", metavar="DIR", help=texts.say("cli.option_out"))
    kind = click.Argument(["kind"], required=False, metavar="[KIND]")
    names_too = click.Option(["--names"], is_flag=True, help=texts.say("cli.option_names"))
    no_cache = click.Option(["--no-cache"], is_flag=True, help=texts.say("cli.option_no_cache"))
    fix = click.Option(["--fix"], is_flag=True, help=texts.say("cli.option_fix"))
    across = click.Option(["--all", "across"], is_flag=True, help=texts.say("cli.option_across"))
    data = click.Option(["--data"], is_flag=True, help=texts.say("cli.option_data"))
    preset = click.Option(["--preset"], default="", metavar="NAME", help=texts.say("cli.option_preset"))
    policies = click.Choice(("keep", "move", "cancel"))
    waiting = click.Option(
        ["--waiting"], type=policies, default="keep", help=texts.say("cli.option_waiting"), show_default=True
    )
    second = click.Option(["--approved-by"], default="", metavar="NAME", help=texts.say("cli.option_second"))
    note = click.Option(["--note"], default="", metavar="TEXT", help=texts.say("cli.option_note"))
    coverage = click.Option(["--coverage"], is_flag=True, help=texts.say("cli.option_coverage"))
    suggest = click.Option(["--suggest"], is_flag=True, help=texts.say("cli.option_suggest"))
    write_examples = click.Option(["--write"], is_flag=True, help=texts.say("cli.option_write_examples"))
    write = click.Option(["--write"], is_flag=True, help=texts.say("cli.option_write"))
    return [
        command("init", texts, init, folder, preset),
        command("check", texts, check, paths, data, no_cache, across, fix),
        command("test", texts, test, paths, coverage, suggest, write_examples),
        command("publish", texts, publish, names, waiting, by_option(texts, required=False), second, note),
        command("schema", texts, schema, kind, out, names_too, write),
        command("reference", texts, reference, word),
    ]


def init(place: Place, folder: str, *, preset: str) -> int:
    """Make a new workspace, with the usual periods or those of a preset."""
    from engine.shipped import presets, write_starter  # noqa: PLC0415 - only here

    if preset and preset not in presets():
        raise WrongUsage("W929", kind="preset", value=preset, known="、".join(presets()))
    try:
        write_starter(Path(folder), preset)
    except FileExistsError:
        raise WrongUsage("W919", folder=folder) from None
    say = Texts.of(place.language).say
    click.echo(f"{say('init.done', folder=folder)}\n{say('init.next', folder=folder)}")
    return 0


def check(
    place: Place, paths: tuple[str, ...], *, data: bool, no_cache: bool, across: bool, fix: bool
) -> int:
    """Check files, with `data` against the records and past versions too; 1 when one holds an error.

    `across`: workflows are held against each other in a simulated month as well. `fix`: what needs no asking
    is mended first.
    """
    from engine.checking import check as check_files  # noqa: PLC0415 - this name is taken here
    from engine.file_by_file import processes_here  # noqa: PLC0415 - only this command needs it
    from engine.report.diagnostics import diagnostics_json, render_diagnostics, render_github  # noqa: PLC0415 - only this command needs it

    check_now = partial(
        check_files,
        place.workspace,
        [Path(one) for one in paths],
        place.at,
        processes=processes_here(),
        remember=not no_cache,
    )
    checked = _fix(place, check_now) if fix else check_now()
    if data:
        told = place.desk().stock(checked.diagnostics)
        wanted = tuple(one for one in told if one.at.file in checked.documents)
        checked = replace(checked, diagnostics=wanted)
    if across and not checked.has_errors:
        more = tuple(one for one in place.desk().crossings(_MONTH) if one.at.file in checked.documents)
        checked = replace(checked, diagnostics=(*checked.diagnostics, *more))
    if place.format == "json":
        click.echo(
            json.dumps(
                diagnostics_json(checked.diagnostics, place.language, checked.documents),
                ensure_ascii=False,
                indent=1,
            )
        )
    elif place.format == "github":
        click.echo(render_github(checked.diagnostics, place.language))
    else:
        click.echo(render_diagnostics(checked.diagnostics, checked.documents, place.language))
    return 1 if checked.has_errors else 0


def _fix(place: Place, check_now: Callable[[], Checked]) -> Checked:
    """Mend what is certain, tell what was changed, beside the output where machines read that."""
    from engine.assist.fixing import fix_files  # noqa: PLC0415 - only here
    from engine.report.fixing import render_changes  # noqa: PLC0415 - only here

    fixed = fix_files(place.workspace, check_now)
    click.echo(f"{render_changes(fixed.changes, place.language)}\n", err=place.format != "text")
    return fixed.checked


def _suggest(place: Place, names: tuple[str, ...], *, write: bool) -> int:
    """Examples at the borders of some workflows; with `write` into their files."""
    from engine.report.suggesting import named_lines, render_suggestions, suggestions_json  # noqa: PLC0415 - only here

    desk, told = place.desk(names), []
    for name in names:
        found = desk.suggest(name)
        if write:
            desk.add_examples(found, named_lines(found, place.language))
        if place.as_json:
            told.append(suggestions_json(found, place.language, written=write))
        else:
            click.echo(render_suggestions(found, desk.workspace, place.language, written=write))
    if place.as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    return 0


def test(place: Place, paths: tuple[str, ...], *, coverage: bool, suggest: bool, write: bool) -> int:
    """Try the examples in the files, 1 when one fails or a file is broken; or suggest more of them.

    With `coverage` also what they try of their workflows; those that hold are not listed then.
    """
    if (suggest and not paths) or (write and not suggest):
        raise WrongUsage("W928", kind="usage", name="")
    if suggest:
        return _suggest(place, paths, write=write)
    from engine.model.diagnostics import FilesRejected, Problems  # noqa: PLC0415 - only this command needs it
    from engine.report.coverage import coverage_json, render_coverage  # noqa: PLC0415 - only this command needs it
    from engine.report.diagnostics import render_diagnostics  # noqa: PLC0415 - only this command needs it
    from engine.report.examples import outcome_json, render_outcome, render_summary  # noqa: PLC0415 - only this command needs it

    desk, problems = place.desk(paths), Problems()
    if desk.workspace.has_errors and not paths:
        raise FilesRejected(desk.workspace.diagnostics)
    outcomes = list(desk.examples(problems, paths))
    covered = list(desk.coverage(outcomes, paths)) if coverage else []
    if place.as_json:
        found = [outcome_json(one, desk.workspace, place.language) for one in outcomes]
        with_it = {"examples": found, "coverage": [coverage_json(one) for one in covered]}
        click.echo(json.dumps(with_it if coverage else found, ensure_ascii=False, indent=1))
        if problems.found:
            told = render_diagnostics(problems.sorted(), desk.workspace.documents, place.language)
            click.echo(told, err=True)
    else:
        for outcome in outcomes:
            if not (coverage and outcome.passed):
                click.echo(render_outcome(outcome, desk.workspace, place.language))
        if covered:
            click.echo(render_coverage(covered, desk.workspace, place.language, gaps=bool(paths)))
        if problems.found:
            click.echo(render_diagnostics(problems.sorted(), desk.workspace.documents, place.language))
        click.echo(render_summary(outcomes, place.language))
    return 0 if all(one.passed for one in outcomes) and not problems.has_errors else 1


def publish(
    place: Place, names: tuple[str, ...], waiting: str, by: str, *, approved_by: str, note: str
) -> int:
    """Record versions; 1 when files hold errors and were left out."""
    from engine.handover import OnChange  # noqa: PLC0415 - only this command needs it
    from engine.report.diagnostics import render_diagnostics  # noqa: PLC0415 - as above

    say, desk = Texts.of(place.language).say, place.desk(names)
    signed = {"note": note, "approved_by": approved_by.strip()}
    ran_before = desk.releases.newest()
    for workflow, is_new, over in list(desk.publish(names, by or me().who, OnChange(waiting), **signed)):
        if is_new:
            facts = {"version": workflow.version, "by": by, "on_change": waiting, **signed}
            note_down(desk, "published", workflow.file, **facts)
        click.echo(
            say("publish.done" if is_new else "publish.same", id=workflow.id, version=workflow.version)
        )
        for part, count in asdict(over).items():
            if count:
                key = "not_moved" if part == "kept" and waiting == OnChange.MOVE else part
                click.echo(say(f"publish.{key}", count=count, id=workflow.id))
        if is_new and (names or workflow.id in ran_before):
            _tell_broken(desk, workflow.id, place.language)
    if names or not desk.workspace.has_errors:
        return 0
    found = desk.workspace
    click.echo(render_diagnostics(found.diagnostics, found.documents, place.language), err=True)
    return 1


def _tell_broken(desk: Desk, workflow: str, language: str) -> None:
    """Which examples what was published does not keep to, if any: the rule may have been meant to change."""
    from engine.model.diagnostics import Problems  # noqa: PLC0415 - only this command needs it
    from engine.report.examples import tell_standing  # noqa: PLC0415 - as above

    say, tried = Texts.of(language).say, list(desk.examples_of(workflow, Problems()))
    names = [one.example.name for one in tried if not one.passed]
    if names:
        told = tell_standing(len(tried), len(names), language)
        facts = {"told": told, "names": say("plan.list").join(names), "broken": len(names)}
        click.echo(say("publish.examples", id=workflow, **facts))


def schema(place: Place, kind: str | None, out: str, *, names: bool, write: bool) -> int:
    """Print the JSON Schemas, or write them into a folder; `--write` names the folder itself."""
    from engine.catalogue import KINDS, modeline, schemas  # noqa: PLC0415 - only here
    from engine.workspace import open_workspace  # noqa: PLC0415 - only here

    if kind is not None and kind not in KINDS:
        raise WrongUsage("W929", value=kind, known="、".join(KINDS))
    found = schemas(place.language, open_workspace(place.workspace) if names or write else None)
    if write:
        _write_schemas(found, place.workspace / SCHEMAS)
        click.echo(modeline(kind or KINDS[0], SCHEMAS))
    elif out:
        _write_schemas(found if kind is None else {kind: found[kind]}, Path(out))
    else:
        click.echo(json.dumps(found if kind is None else found[kind], ensure_ascii=False, indent=1))
    return 0


def _write_schemas(found: Mapping[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in found.items():
        text = json.dumps(one, ensure_ascii=False, indent=1) + "\n"
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8", newline="\n")


def reference(place: Place, word: str | None) -> int:
    """Print what a word means, or every word."""
    from engine.catalogue import reference as reference_of  # noqa: PLC0415 - this name is taken here

    click.echo(reference_of(place.language, word))
    return 0
