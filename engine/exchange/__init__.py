"""Records from files and into files: CSV now; another kind of file is another `Sheet`."""

from engine.exchange.exports import export_module
from engine.exchange.imports import import_file
from engine.exchange.report import ImportReport, Note, Refusal
from engine.exchange.sheet import SheetUnusable

__all__ = ["ImportReport", "Note", "Refusal", "SheetUnusable", "export_module", "import_file"]
