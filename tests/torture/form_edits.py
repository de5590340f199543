"""A thousand edits at random through the form, on every file that ships and on files full of comments: no
comment moves to another item, and nothing else changes (RELIABILITY, check 20).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.editor.formed.trying import house_in, texts_of, try_edits
from tests.editor.served import client_of
from tests.torture.findings import Finding

EDITS = 1_000
_FEWEST_OF_A_KIND = 50


def findings(seed: int) -> Iterator[Finding]:
    """Through the address that the page posts to."""
    dice = random.Random(seed)
    with TemporaryDirectory() as folder:
        root = Path(folder) / "house"
        texts = texts_of(root, house_in(root), dice)
        tried = try_edits(client_of(root), texts, EDITS, dice)
    few = [f"only {count} edits: {kind}" for kind, count in tried.kinds.items() if count < _FEWEST_OF_A_KIND]
    said = f"{tried.edits:,} edits, {tried.comments:,} comments looked at: {len(tried.wrong)} moved"
    yield Finding("20 form edits", tried.edits, said=said, wrong=[*tried.wrong, *tried.refused, *few])
