"""A file as a form: what may stand where is told by the schema of its kind, what stands there by its text."""

from editor.forms.build import MOST_NAMES, form_of, palettes
from editor.forms.elements import Block, Control, Element, Grid, Items, Offer, Stranger
from editor.forms.trouble import Trouble, trouble_in

__all__ = [
    "MOST_NAMES",
    "Block",
    "Control",
    "Element",
    "Grid",
    "Items",
    "Offer",
    "Stranger",
    "Trouble",
    "form_of",
    "palettes",
    "trouble_in",
]
