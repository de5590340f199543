"""Commands about records: import, export."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from engine.cli.options import Place, command
from engine.model.diagnostics import WrongUsage
from engine.report.runs import render_import
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
    """Records from a file; 1 when rows were refused."""
    desk, texts = place.desk(), Texts.of(place.language)
    report = desk.import_file(
        module,
        Path(file),
        Path(refused) if refused else None,
        explain=lambda one: texts.message(one.code, dict(one.facts)),
        page=sheet,
    )
    if place.as_json:
        click.echo(
            json.dumps(
                {
                    "module": desk.module(module).key,
                    "added": report.added,
                    "updated": report.updated,
                    "unchanged": report.unchanged,
                    "refused_rows": report.refused_rows,
                    "refused": [
                        {
                            "row": one.row, "column": one.column, "value": one.value, "code": one.code,
                            "reason": texts.message(one.code, dict(one.facts)),
                        }
                        for one in report.refused
                    ],
                    "encoding": report.encoding,
                },
                ensure_ascii=False,
                indent=1,
            )
        )  # fmt: skip
    else:
        click.echo(render_import(desk.module(module), report, place.language))
    return 1 if report.refused_rows else 0


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
