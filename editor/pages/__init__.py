"""The pages and what they ask, by their addresses."""

from editor.pages import audit, listing, publish, sign_in, users, while_typing, workflow
from editor.pages.given import pages

__all__ = ["audit", "listing", "pages", "publish", "sign_in", "users", "while_typing", "workflow"]
