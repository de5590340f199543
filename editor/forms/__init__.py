"""A file as a form: what may stand where is told by the schema of its kind, what stands there by its text."""

from editor.forms.branches import branches_of
from editor.forms.build import form_of, palettes
from editor.forms.elements import Block, Control, Element, Grid, Items, Offer, Stranger
from editor.forms.filling import MOST_NAMES, Names, Words
from editor.forms.trouble import Trouble, trouble_in

__all__ = [
    "MOST_NAMES",
    "Block",
    "Control",
    "Element",
    "Grid",
    "Items",
    "Names",
    "Offer",
    "Stranger",
    "Trouble",
    "Words",
    "branches_of",
    "form_of",
    "palettes",
    "trouble_in",
]
