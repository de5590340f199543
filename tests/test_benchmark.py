"""`make bench` compares nights that leave the same rows, or says that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_night_by_hand_and_that_of_the_engine_leave_the_same_rows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--size", "100", "--repeat", "1"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    assert "| night by the engine |" in done.stdout
