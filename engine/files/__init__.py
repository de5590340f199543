"""The other files of a workspace, one module a kind: model, tables, templates, settings."""
