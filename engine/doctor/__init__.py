"""Is everything ready for the night? Looks at store, clock, channels, workers, ledger; changes nothing.

Each file looks at one group and gives its checks; `Doctor` brings them together.
"""

from engine.doctor.check import Check, Mark
from engine.doctor.examine import Checkup, Doctor

__all__ = ["Check", "Checkup", "Doctor", "Mark"]
