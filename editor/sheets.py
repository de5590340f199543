"""A table as a file: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from flask import Response

from engine import guarded_cell


def csv_text(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """As spreadsheets read it, with its mark of UTF-8; nothing in it is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(map(guarded_cell, row) for row in rows)
    return "\ufeff" + out.getvalue()


def csv_of(name: str, text: str) -> Response:
    """A text of CSV as a file of that name."""
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def json_of(rows: object) -> Response:
    """Rows with names that stay the same in every language."""
    return Response(json.dumps(rows, ensure_ascii=False, indent=1), mimetype="application/json")
