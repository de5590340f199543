"""A file as a form: what may stand where is told by the schema of its kind, what stands there by its text."""

from editor.forms.build import form_of, palettes
from editor.forms.elements import Block, Control, Element, Grid, Items, Offer, Stranger

__all__ = ["Block", "Control", "Element", "Grid", "Items", "Offer", "Stranger", "form_of", "palettes"]
