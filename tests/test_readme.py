"""What the READMEs show is what the commands print."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("readme", Path(__file__).parent / "readme.py")
assert _SPEC is not None
assert _SPEC.loader is not None
readme = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(readme)


@pytest.mark.parametrize("name, language", readme.READMES.items())
def test_the_dry_run_in_the_readme_is_the_one_that_is_printed(name, language):
    shown = (readme.ROOT / name).read_text(encoding="utf-8")

    printed = readme.dry_run(language)

    assert readme.with_dry_run(shown, printed) == shown, "run: make docs"
