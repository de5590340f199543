"""A post that keeps to the rules, on every store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.posting.rules import post_with
from tests.engine.posting_world import Post


@pytest.fixture(name="post")
def _post(each_store: str, tmp_path: Path) -> Post:
    return post_with(tmp_path)
