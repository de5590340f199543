"""The vocabulary as people and editors read it: JSON Schemas and a reference, from the tables of words."""

from engine.catalogue.described import vocabulary
from engine.catalogue.generated import generated, write_generated
from engine.catalogue.reference import reference
from engine.catalogue.schemas import modeline, schemas
from engine.catalogue.shapes import KINDS

__all__ = [
    "KINDS",
    "generated",
    "modeline",
    "reference",
    "schemas",
    "vocabulary",
    "write_generated",
]
