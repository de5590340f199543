"""What was published before: the latest version of every workflow, with the texts of its files."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from engine.ledger.book import Book, RecordedVersion
from engine.ledger.tables import versions


def latest_versions(book: Book) -> Iterator[RecordedVersion]:
    """One of each workflow, the one published last first."""
    newest = sa.func.max(versions.c.id)
    wanted = sa.select(versions.c.workflow).group_by(versions.c.workflow).order_by(newest.desc())
    for workflow in list(book.connection.execute(wanted).scalars()):
        found = book.read_version(workflow)
        if found is not None:
            yield found
