"""`python -m engine.catalogue [ROOT]` writes the schemas and the reference anew (`make docs`)."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.catalogue.generated import write_generated

if __name__ == "__main__":
    for written in write_generated(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
        sys.stdout.write(f"{written}\n")
