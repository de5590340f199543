"""Commands about records: import, export."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from engine.cli.bars import Bars
from engine.cli.options import Place, command
from engine.model.diagnostics import WrongUsage
from engine.report.imports import import_json, reason_in_file, render_import
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    module = click.Argument(["module"], metavar="MODULE")
    file = click.Argument(["file"], metavar="FILE")
    refused = click.Option(["--refused"], default="", metavar="FILE", help=texts.say("cli.option_refused"))
    sheet = click.Option(["--sheet"], default="", metavar="NAME", help=texts.say("cli.option_sheet"))
    out = click.Option(["--out"], default="", metavar="FILE", help=texts.say("cli.option_out_records"))
    return [
        command("import", texts, import_records, module, file, sheet, refused),
        command("export", texts, export_records, module, out),
    ]


def import_records(place: Place, module: str, file: str, *, sheet: str, refused: str) -> int:
    """Records from a file; 1 when rows were refused, or links lead nowhere though their file has come."""
    desk = place.desk()
    with Bars(place.language).shown():
        report = desk.import_file(
            module,
            Path(file),
            Path(refused) if refused else None,
            explain=lambda one: reason_in_file(one, place.language),
            between=Texts.of(place.language).say("import.between_reasons"),
            page=sheet,
        )
    found = desk.module(module)
    if place.as_json:
        told = import_json(found, report, place.language)
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo(render_import(found, report, place.language))
    return 0 if report.is_whole else 1


def export_records(place: Place, module: str, out: str) -> int:
    """The records of a module, to a file or (as CSV) to the screen."""
    if place.as_json and not out:
        raise WrongUsage("W329", kind="screen")
    desk = place.desk()
    count = desk.export(module, Path(out) if out else sys.stdout, place.language)
    found = desk.module(module)
    if place.as_json:
        told = {"module": found.key, "file": out, "records": count}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif out:
        label = found.labels.of(place.language)
        click.echo(Texts.of(place.language).say("cli.exported", module=label, count=count, file=out))
    return 0
