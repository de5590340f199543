"""The pages and what they ask, by their addresses."""

from editor.pages import listing, publish, while_typing, workflow
from editor.pages.given import pages

__all__ = ["listing", "pages", "publish", "while_typing", "workflow"]
