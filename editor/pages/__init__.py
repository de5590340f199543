"""The pages and what they ask, by their addresses."""

from editor.pages import (
    asks,
    conflict,
    creating,
    doors,
    holds,
    letters,
    listing,
    model,
    pausing,
    proposals,
    publish,
    runs,
    tables,
    templates,
    versions,
    while_typing,
    workflow,
)
from editor.pages.given import pages

__all__ = [
    "asks",
    "conflict",
    "creating",
    "doors",
    "holds",
    "letters",
    "listing",
    "model",
    "pages",
    "pausing",
    "proposals",
    "publish",
    "runs",
    "tables",
    "templates",
    "versions",
    "while_typing",
    "workflow",
]
