"""The form in which a schema accepts a text, and what its author may have meant by another one.

A proposal has been tried: the schema accepts it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from attachdeck.domain.quoting import written
from attachdeck.schema.wrong import LONGEST, Wrong
from attachdeck.system.normal import normal

_REFERENCES = ("objective", "formerly", "changes", "hide", "requires")
"""Keys that refer to ids elsewhere, so that no other text is proposed for them."""


def accepted_form(wrong: Wrong, text: str) -> str | None:
    """Return the form in which a text is accepted, with this text in that form if possible."""
    form: str | None = wrong.schema.get("patternErrorMessage")
    if form is None or wrong.name in _REFERENCES:
        return form
    meant = (*other_words(text, wrong.schema), *proposals(text))
    accepted = next((other for other in meant if other and wrong.takes(other)), None)
    if accepted is None:
        return form
    rule = re.sub(r": `[^`]+`$|: \"[^\"]+\"$", "", form)
    return f"{rule}: write {wrong.as_typed(written(accepted))}"


def other_words(text: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values that authors may mean by a text, as the schema lists them."""
    for value, words in schema.get("x-value-aliases", {}).items():
        if text.strip().lower() in words:
            yield value


def proposals(text: str) -> Iterator[str]:
    """Yield the texts that an author may have meant by one."""
    text = " ".join(text.split()) if len(text) <= LONGEST else ""
    yield text
    yield re.sub(r"(?i)^(https?://)?(dx\.)?doi(\.org/|: ?)", "", text)
    yield re.sub(r"^(\./)?media[/\\]", "", text)
    yield re.sub(r" ?(?<!:):(?!:) ?", " - ", text.replace('"', "'"))
    yield from (text.replace("_", "-"), text.replace("-", "_"))
    yield re.sub(r"[\s\"*_\\]+", "-", re.sub(r"(?<!:): ?(?!:)", "::", text))
    yield "-".join(
        re.findall(r"[a-z0-9]+", normal(text, "NFKD").encode("ascii", "ignore").decode().lower())
    )
    number = text.replace(",", ".").removeprefix("v")
    yield from (number, f"{number}.0", f"{number}.0.0")
    yield from (f"#{text}", re.sub(r"^#?(.)(.)(.)$", r"#\1\1\2\2\3\3", text))
    day = re.sub(r"^(\d+)\.(\d+)\.(\d{4})$", r"\3-\2-\1", text)
    yield re.sub(r"(?<!\d)(\d)(?!\d)", r"0\1", day)
    address = text.strip("<>")
    yield from (
        address,
        f"https://{address}"
        if re.fullmatch(r"(?i)[a-z0-9-]+(\.[a-z0-9-]+)+(/.*)?", address)
        else "",
    )


def disguised(text: str) -> str:
    """Return a message about an invisible or lookalike character in a text; empty without one."""
    odd = next((character for character in text if not character.isascii()), "a")
    looks = {"Cf": "is invisible", "Zs": "only looks like a space"}.get(
        unicodedata.category(odd), ""
    )
    if (
        unicodedata.name(odd, "").startswith(("CYRILLIC", "GREEK"))
        and text.encode("ascii", "ignore").strip()
    ):
        looks = "is a letter from another alphabet"
    return f"contains U+{ord(odd):04X}, which {looks}" if looks else ""
