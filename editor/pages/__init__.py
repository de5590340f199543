"""The pages and what they ask, by their addresses."""

from editor.pages import listing, model, publish, reports, settings, templates, while_typing, workflow
from editor.pages.given import pages

__all__ = [
    "listing",
    "model",
    "pages",
    "publish",
    "reports",
    "settings",
    "templates",
    "while_typing",
    "workflow",
]
