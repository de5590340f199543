"""A template by name, in the form of one channel."""

from __future__ import annotations

from engine.model.diagnostics import nearest
from engine.model.document import Scalar
from engine.shapes.reading import ChannelText, Reading


def find_template(name: Scalar, channel: str, reading: Reading) -> ChannelText | None:
    """What the template says on a channel, or None with the mistake noted."""
    template = reading.templates.get(name.text)
    if template is None:
        known = list(reading.templates)
        near = nearest(name.text, known)
        reading.problems.error(name.span, "W283", value=name.text, nearest=near, known="、".join(known))
        return None
    reading.uses.add(("template", template.name))
    form = next((one for one in template.forms if one.channel == channel), None)
    if form is None:
        known_forms = "、".join(one.channel for one in template.forms)
        reading.problems.error(
            name.span,
            "W284",
            value=name.text,
            channel=channel,
            known=known_forms,
            place=reading.place(template.at),
        )
    return form
