"""The data model: what there is, who uses it, and what would break without it. Nothing is changed here."""

from __future__ import annotations

from typing import Any

from flask import abort, g, render_template, request

from editor.modelling import breaks_without, modules_told
from editor.pages.beside import beside
from editor.pages.given import pages, studio_here
from editor.rights import Right, needs
from engine import MODEL


@pages.get("/model")
@needs(Right.READ)
def model() -> str:
    """All modules, or what is looked for in them."""
    desk, wanted = studio_here().desk(), request.args.get("q", "").strip()
    found = modules_told(desk, g.language, wanted)
    return render_template("model.html", modules=found, q=wanted)


@beside("/model", "model", Right.READ)
def fields() -> list[dict[str, Any]]:
    """The same for programs: a row a field."""
    desk, wanted = studio_here().desk(), request.args.get("q", "").strip()
    return [
        {
            "module": one.module.key,
            "module_name": one.name,
            "field": told.field.key,
            "name": told.name,
            "type": told.field.type.value,
            "unit": told.unit,
            "values": list(told.field.options),
            "used_by": sorted({file for _, users in told.users for file, _ in users}),
        }
        for one in modules_told(desk, g.language, wanted)
        for told in one.fields
    ]


@pages.get("/model/text")
@needs(Right.READ)
def model_text() -> str:
    """The file itself."""
    return render_template("model-text.html", text=studio_here().desk().workspace.documents[MODEL].text)


@pages.get("/model/without")
@needs(Right.READ)
def without() -> str:
    """What would break if a value or a field were gone."""
    desk = studio_here().desk()
    module = desk.workspace.model.modules.get(request.args.get("module", ""))
    field = None if module is None else module.fields.get(request.args.get("field", ""))
    value = request.args.get("value", "")
    if module is None or field is None or (value and value not in field.options):
        abort(404)
    found = breaks_without(desk, (module.key, field.key), value, g.language)
    return render_template("without.html", module=module, field=field, value=value, breaks=found)
