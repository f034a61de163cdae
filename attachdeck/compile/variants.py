"""A card's variants as two fields: what the front shows of each, and what the back shows with it.

A field holds one division for each variant, and in it one for each field of the note that says
something else than in the first wording. On both sides a script shows the divisions of one variant
in the place of those fields; without it the first wording stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

ON_FRONT = frozenset(("Prompt", "Text", "Scenario", "Question", "Options", "Hint"))
"""The fields that a front shows. All others wait for the back, with the answer."""

_WITH_GAPS = "Text"
"""The field of a cloze card that has gaps, in every wording."""


def variant_fields(
    first: Mapping[str, str], variants: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """Return the fields for a note's variants, of which each is given as a whole note's fields."""
    if not variants:
        return {}
    # Anki shows nothing of a field with gaps in which the card's own number is missing.
    different = [
        [
            (name, html)
            for name, html in variant.items()
            if html != first.get(name, "") or name == _WITH_GAPS
        ]
        for variant in variants
    ]
    on_front = [[part for part in parts if part[0] in ON_FRONT] for parts in different]
    on_back = [[part for part in parts if part[0] not in ON_FRONT] for parts in different]
    return {"Variants": _divisions(on_front), "Variant Answers": _divisions(on_back)}


def _divisions(variants: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return the HTML of all variants, in which each has a division; nothing if all are empty."""
    return "".join(map(_division, variants)) if any(variants) else ""


def _division(parts: Iterable[tuple[str, str]]) -> str:
    inner = "".join(f'<div data-part="{name}">{html}</div>' for name, html in parts)
    return f'<div class="variant">{inner}</div>'
