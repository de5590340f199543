"""What files can mean and should not: one check a file, named by what it sees; `table.py` lists them."""

from engine.checks.table import BASE_CHECKS, WORKFLOW_CHECKS, WORKSPACE_CHECKS

__all__ = ["BASE_CHECKS", "WORKFLOW_CHECKS", "WORKSPACE_CHECKS"]
