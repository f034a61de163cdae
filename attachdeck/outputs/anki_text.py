"""The output `anki-text`: notes as a text that Anki imports into an existing deck.

Each row names its note by GUID, so that Anki updates a learner's note instead of adding it again.
"""

from __future__ import annotations

import csv
from pathlib import Path

from attachdeck.compile.deck import Deck

SUFFIX = ".anki.txt"

_OWN_COLUMNS = ("GUID", "Note Type", "Deck", "Tags")


def write(deck: Deck, place: Path) -> list[str]:
    """Write the text.

    Retired notes are left out, because a text cannot bring a note without cards.
    """
    notes = [note for note in deck.notes if note.cards]
    width = max((len(note.fields) for note in notes), default=0)
    columns = [*_OWN_COLUMNS, *(f"Field {place}" for place in range(1, width + 1))]
    with place.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "#separator:Tab\n#html:true\n"
            "#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:4\n"
        )
        file.write(f"#columns:{chr(9).join(columns)}\n")
        # All in quotes: a field may begin with `#`, and such a line would be a comment.
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
        for note in notes:
            own = (
                note.guid,
                deck.note_types[note.note_type].note_type.name,
                note.deck,
                " ".join(note.tags),
            )
            writer.writerow((*own, *note.fields, *("" for _ in range(width - len(note.fields)))))
    return [
        *([f"{deck.retired} retired"] if deck.retired else []),
        *(
            [f"{len(deck.media)} pictures and sounds (they come with the package)"]
            if deck.media
            else []
        ),
    ]
