"""The note types of a course: fields and card templates from the files of this folder.

A note type's layout (its fields and templates, their order, names and ids) is final from the first
release on. Templates' text, style and scripts may change: Anki takes those over when the note
type's time is newer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from itertools import repeat
from pathlib import Path
from typing import Any

from attachdeck.anki import themes
from attachdeck.anki.inert import inert
from attachdeck.reader import read_text

KINDS = ("basic", "choice", "cloze", "sequence", "occlusion", "practice", "reference")

_HERE = Path(__file__).parent
_DIRECTIVE = re.compile(
    r"<!--#(?:report|(?P<verb>include|icon|speech|steps-before|steps-after|steps) "
    r"(?P<name>[\w.:-]+(?: [\w.-]+)*))-->"
)
_COMMENT = re.compile(
    r"<!--(?!#).*?-->\n?|^[ \t]*//[^\n]*\n|^[ \t]*/\*.*?\*/[ \t]*\n", re.DOTALL | re.MULTILINE
)
_WORD = re.compile(r"\[\[([^\[\]]+)\]\]")
_RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a note type.

    `tag` is the role that Anki's image occlusion gives it, `more` are other properties by Anki's
    names.
    """

    name: str
    id: int | None
    why: str
    tag: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def prevents_deletion(self) -> bool:
        """Return whether Anki keeps the field from being deleted.

        Anki's Check Database wants it of every field with a role in image occlusion. It moves the
        time of a note type without it to now, each time, and no later style or template arrives.
        """
        return self.tag is not None


@dataclass(frozen=True, slots=True)
class Template:
    """A card template: one card for each note on which its front shows something.

    `more` are other properties by Anki's names.
    """

    name: str
    id: int | None
    front: str
    back: str
    more: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type with its layout, and its texts for one course.

    `more` are other properties by Anki's names.
    """

    kind: str
    name: str
    cloze: bool
    image_occlusion: bool
    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    css: str
    more: Mapping[str, Any] = field(default_factory=dict, compare=False)
    names: tuple[str, ...] = field(init=False)
    """The fields' names, in order."""
    ids: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """The fields' ids, in order; 0 where a field has none."""
    known: frozenset[str] = field(init=False, repr=False, compare=False)
    places: dict[frozenset[str], tuple[int, ...]] = field(init=False, repr=False, compare=False)
    """Which cards a note has, by the names of the fields that are not empty.

    These are the answers that `generation` has found so far.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(field.name for field in self.fields))
        object.__setattr__(self, "ids", tuple(field.id or 0 for field in self.fields))
        object.__setattr__(self, "known", frozenset(self.names))
        object.__setattr__(self, "places", {})

    def row(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return values by field name as a row in the layout's order.

        What is not given is empty.
        """
        if not values.keys() <= self.known:
            raise KeyError(f"{self.kind} has no field {sorted(values.keys() - self.known)}")
        return tuple(map(values.get, self.names, repeat("")))

    def named(self, row: tuple[str, ...]) -> dict[str, str]:
        """Return a row's values by the names of their fields: the way back from `row`."""
        return dict(zip(self.names, row, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a course puts into its templates.

    `report` is the address for mistakes; `{id}` in it is the card's.
    """

    title: str
    language: str
    accent: str
    accent_night: str
    theme: str = "calm"
    report: str = ""
    speech: str = ""


def note_type(kind: str, look: Look) -> NoteType:
    """Return the note type for one of `KINDS`, dressed for a course."""
    layout = _yaml(_HERE / kind / "note_type.yaml")
    fields = _repeated([*layout["fields"], *_yaml(_HERE / "shared_fields.yaml")])
    expand = _Expander(kind, look)
    templates = tuple(
        Template(
            template["name"],
            template["id"],
            expand(template["front"], template.get("n", 0)),
            expand(template["back"], template.get("n", 0)),
        )
        for template in _repeated(layout["templates"])
    )
    return NoteType(
        kind=kind,
        name=f"{look.title}: {layout['name']}",
        cloze=layout.get("cloze", False),
        image_occlusion=layout.get("image_occlusion", False),
        fields=tuple(
            Field(
                field["name"],
                field["id"],
                field["why"],
                field.get("tag"),
                field.get("in_anki", {}),
            )
            for field in fields
        ),
        templates=templates,
        css=themes.style(look.theme, look.accent, look.accent_night) + expand.words(_style()),
    )


@cache
def words(language: str) -> dict[str, str]:
    """Return the words that templates show, in a course's language.

    They are English where the language has none yet.
    """
    folder = _HERE / "words"
    wording = folder / f"{language.partition('-')[0].lower()}.yaml"
    english: dict[str, str] = _yaml(folder / "en.yaml")
    return english | (_yaml(wording) if wording.is_file() else {})


def direction(language: str) -> str:
    """Return in which direction a language is written, as HTML names it."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


@cache
def _yaml(file: Path) -> Any:
    document, problems = read_text(file.read_text(encoding="utf-8"), file.name)
    if problems or document.root is None:
        raise ValueError(f"{file}: {problems}")
    return document.root.value


def _repeated(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return entries as written.

    One with `each: 12` becomes twelve, numbered in name, reason and id.
    """
    repeated = []
    for entry in entries:
        for n in range(1, entry["each"] + 1) if "each" in entry else (0,):
            numbered = {
                key: value.replace("{n}", str(n)) if isinstance(value, str) else value
                for key, value in entry.items()
            }
            repeated.append(numbered | {"id": entry["id"] + n, "n": n})
    return repeated


@cache
def _templates(folder: str) -> dict[str, str]:
    """Return the templates of a folder by their names, without their comments."""
    files = (file for file in (_HERE / folder).iterdir() if file.suffix in (".html", ".js"))
    return {file.name: _COMMENT.sub("", file.read_text(encoding="utf-8")) for file in files}


@cache
def _style() -> str:
    return _COMMENT.sub("", (_HERE / "style.css").read_text(encoding="utf-8"))


def icon(name: str) -> str:
    shapes = _yaml(_HERE / "icons.yaml")[name]
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>'


class _Expander:
    """Puts a template together from its file.

    It knows includes, steps, and the words of the course's language.
    """

    def __init__(self, kind: str, look: Look) -> None:
        self.templates = _templates("shared") | _templates(kind)
        self.speech = look.speech
        self.foot = "report.html" if look.report else "card-id.html"
        self.known: dict[tuple[str, int], str] = {}
        self.wording = words(look.language) | {
            "title": inert(escape(look.title)).replace("{", "&#123;"),
            "language": look.language,
            "direction": direction(look.language),
            "report": escape(look.report).replace("{id}", "{{text:ID}}"),
        }

    def __call__(self, name: str, n: int) -> str:
        return self.words(self.included(name, n)).strip() + "\n"

    def included(self, name: str, n: int) -> str:
        expanded = self.known.get((name, n))
        if expanded is None:
            text = self.templates[name].replace("{n}", str(n))
            expanded = self.known[name, n] = _DIRECTIVE.sub(
                lambda match: self.directive(match, n).rstrip("\n"), text
            )
        return expanded

    def directive(self, match: re.Match[str], n: int) -> str:
        if match["verb"] is None:
            return self.included(self.foot, n)
        if match["verb"] == "include":
            return self.included(match["name"], n)
        if match["verb"] == "icon":
            return icon(match["name"])
        if match["verb"] == "speech":
            return self.spoken(match["name"]) if self.speech else ""
        steps = {
            "steps-before": range(1, n),
            "steps-after": range(n + 1, 13),
            "steps": range(1, 13),
        }[match["verb"]]
        return "".join(self.included(match["name"], n).replace("{i}", str(i)) for i in steps)

    def spoken(self, field: str) -> str:
        """Return what reads a field aloud.

        Not for a note with variants: Anki would read the first wording whichever is shown.
        """
        speech = f'<div class="speech">{{{{tts {self.speech}:{field}}}}}</div>'
        return f"{{{{^Variants}}}}{speech}{{{{/Variants}}}}"

    def words(self, text: str) -> str:
        """Return a text with every `[[word]]` in the course's language."""
        return _WORD.sub(lambda match: self.wording[match[1]], text)
