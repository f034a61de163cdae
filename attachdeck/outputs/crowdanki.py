"""The output `crowdanki`: a folder that the add-on CrowdAnki imports, and that reads well in git.

`deck.json` has the course's deck with a subdeck for each lesson; pictures are in `media/`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attachdeck.anki.note_types import Field, Template
from attachdeck.anki.note_types.generation import requirements
from attachdeck.compile.deck import DatedNoteType, Deck, Note, Subdeck
from attachdeck.outputs.presets import by_id
from attachdeck.system.normal import normal

SUFFIX = "-crowdanki"

_NAMESPACE = uuid.UUID("6e0a9c1c-5a4b-5f0e-9d0a-0d7a0b9f3c11")
_LATEX_BEFORE = (
    "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n"
    "\\usepackage{amssymb,amsmath}\n\\pagestyle{empty}\n\\begin{document}\n"
)
_LATEX_AFTER = "\\end{document}"

Json = dict[str, Any]


def write(deck: Deck, place: Path) -> list[str]:
    """Write the folder; retired notes are left out, because CrowdAnki makes cards of every note."""
    (place / "media").mkdir(parents=True)
    for name, content in deck.media.items():
        (place / "media" / name).write_bytes(content)
    text = json.dumps(_Folder(deck).root(), ensure_ascii=False, indent=4, sort_keys=True)
    (place / "deck.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    elsewhere = sum(
        bool(note.cards) and not f"{note.deck}::".startswith(f"{_root(deck)}::")
        for note in deck.notes
    )
    return [
        *([f"{deck.retired} retired"] if deck.retired else []),
        *([f"{elsewhere} in decks outside the course's deck"] if elsewhere else []),
    ]


def _root(deck: Deck) -> str:
    """Return the name of the course's deck."""
    return normal(deck.course.deck)


class _Folder:
    """Writes a deck as CrowdAnki's JSON.

    CrowdAnki names everything by a UUID; ours come from the ids of the course and of the deck's
    parts, and are the same in every build.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck

    def name(self, kind: str, number: int) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.deck.course.id} {kind} {number}"))

    def root(self) -> Json:
        deck = self.deck
        subdecks = {subdeck.name: subdeck for subdeck in deck.decks}
        root = subdecks[_root(deck)]
        # Only the root has its whole name; Anki makes the parents of that.
        prefix = f"{root.name}::"
        children = [
            self.subdeck(subdeck, name.removeprefix(prefix))
            for name, subdeck in subdecks.items()
            if name.startswith(prefix)
        ]
        presets = by_id(deck).items()
        return self.subdeck(root, root.name, children) | {
            "deck_configurations": [self.configuration(id, options) for id, options in presets],
            "media_files": list(deck.media),
            "note_models": [self.note_type(dated) for dated in deck.note_types.values()],
        }

    def subdeck(self, own: Subdeck, name: str, children: Iterable[Json] = ()) -> Json:
        return {
            "__type__": "Deck",
            "children": list(children),
            "crowdanki_uuid": self.name("deck", own.id),
            "deck_config_uuid": self.name("preset", self.deck.preset_of(own)),
            "desc": own.description,
            "dyn": 0,
            "extendNew": 0,
            "extendRev": 0,
            "md": False,
            "media_files": [],
            "name": name,
            "notes": [
                self.note(note) for note in self.deck.notes if note.deck == own.name and note.cards
            ],
        }

    def note(self, own: Note) -> Json:
        return {
            "__type__": "Note",
            "fields": list(own.fields),
            "guid": own.guid,
            "note_model_uuid": self.name("note type", self.deck.note_types[own.note_type].id),
            "tags": list(own.tags),
        }

    def note_type(self, dated: DatedNoteType) -> Json:
        own = dated.note_type
        return {
            "__type__": "NoteModel",
            "crowdanki_uuid": self.name("note type", dated.id),
            "css": own.css,
            "flds": [_field(field, place) for place, field in enumerate(own.fields)],
            "latexPost": _LATEX_AFTER,
            "latexPre": _LATEX_BEFORE,
            "latexsvg": False,
            "name": own.name,
            "req": requirements(own),
            "sortf": 0,
            "tags": [],
            "tmpls": [_template(template, place) for place, template in enumerate(own.templates)],
            "type": int(own.cloze),
            "vers": [],
            **({"originalStockKind": 6} if own.image_occlusion else {}),
            **own.more,
        }

    def configuration(self, preset: int, options: Json) -> Json:
        uuid = self.name("preset", preset)
        return {"__type__": "DeckConfig", "crowdanki_uuid": uuid, **options}


def _field(field: Field, place: int) -> Json:
    return {
        "font": "Arial",
        "id": field.id,
        "media": [],
        "name": field.name,
        "ord": place,
        "preventDeletion": field.prevents_deletion,
        "rtl": False,
        "size": 20,
        "sticky": False,
        "tag": field.tag,
        **field.more,
    }


def _template(template: Template, place: int) -> Json:
    return {
        "afmt": template.back,
        "bafmt": "",
        "bqfmt": "",
        "did": None,
        "id": template.id,
        "name": template.name,
        "ord": place,
        "qfmt": template.front,
        **template.more,
    }
