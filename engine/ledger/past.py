"""What was published before: the latest version of every workflow, with the texts of its files."""

from __future__ import annotations

from collections.abc import Iterator

from engine.ledger.book import Book, RecordedVersion


def latest_recorded(book: Book) -> Iterator[RecordedVersion]:
    """One of each workflow, the one published last first."""
    for workflow in book.latest_versions():
        found = book.read_version(workflow)
        if found is not None:
            yield found
