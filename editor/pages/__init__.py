"""The pages and what they ask, by their addresses."""

from editor.pages import listing, publish, trying, while_typing, workflow
from editor.pages.given import pages

__all__ = ["listing", "pages", "publish", "trying", "while_typing", "workflow"]
