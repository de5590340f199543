"""Texts by Jinja2 itself, in a sandbox: what the translation is held to."""
