"""Edits of a YAML file that change only what they must: the rest stays as it is, byte for byte."""
