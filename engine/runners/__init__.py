"""Where runs are carried out: `port.py` says what a runner can do, each adapter is a file; default: local.

Only here may an execution engine be imported. It is handed ids and brings them to a worker, at least once;
what is true stands in the ledger (SCALE section 8).
"""

from engine.runners.local import Local
from engine.runners.port import Runner

__all__ = ["Local", "Runner"]
