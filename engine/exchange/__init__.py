"""Records from files and into files: text or workbook; another kind of file is another `Sheet`."""

from engine.exchange.exports import export_module
from engine.exchange.imports import import_file
from engine.exchange.recognising import module_of_sheet
from engine.exchange.report import ImportReport, LooseColumn, LoosePlace, Note, Refusal
from engine.exchange.sheet import SheetUnusable

__all__ = [
    "ImportReport",
    "LooseColumn",
    "LoosePlace",
    "Note",
    "Refusal",
    "SheetUnusable",
    "export_module",
    "import_file",
    "module_of_sheet",
]
