"""The pages and what they ask, by their addresses."""

from editor.pages import (
    asks,
    doors,
    holds,
    letters,
    listing,
    model,
    publish,
    runs,
    tables,
    templates,
    while_typing,
    workflow,
)
from editor.pages.given import pages

__all__ = [
    "asks",
    "doors",
    "holds",
    "letters",
    "listing",
    "model",
    "pages",
    "publish",
    "runs",
    "tables",
    "templates",
    "while_typing",
    "workflow",
]
