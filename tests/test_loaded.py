"""What a command loads: nothing that it can do without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "workflows"


def test_a_check_of_a_sound_file_loads_no_machinery_for_many_and_no_library_it_can_do_without() -> None:
    code = (
        "import sys; from engine.cli import run_command; "
        f"assert run_command(['check', 'silent-first-touch.yaml', '--workspace', {str(SHIPPED)!r}]) == 0; "
        "print(*sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    loaded = set(said.splitlines()[-1].split())
    assert "engine.checking" in loaded
    assert loaded.isdisjoint({"multiprocessing", "concurrent.futures", "concurrent.futures.process"})
    assert loaded.isdisjoint(
        {"sqlalchemy", "alembic", "jsonschema", "holidays", "openpyxl", "importlib.metadata"}
    )
