"""The web editor: workflow files by form and by text, tried before they are published.

Of the engine it sees the front door alone. The text of a file is the only truth: form, outline, diagram and
sentence are worked out from it, for every state of the text.
"""

from editor.app import create_app

__all__ = ["create_app"]
