"""The pages and what they ask, by their addresses."""

from editor.pages import (
    conflict,
    creating,
    listing,
    pausing,
    proposals,
    publish,
    versions,
    while_typing,
    workflow,
)
from editor.pages.given import pages

__all__ = [
    "conflict",
    "creating",
    "listing",
    "pages",
    "pausing",
    "proposals",
    "publish",
    "versions",
    "while_typing",
    "workflow",
]
