"""The package step alone: ready notes in, a package out, by genanki and by attachdeck. Prints the
seconds of that step."""

from __future__ import annotations

import sys
import time
from pathlib import Path

FIELDS = ("Prompt", "Answer")


def texts(number: int) -> tuple[str, str]:
    """A note's fields."""
    return (
        f"Question {number}, of about the length that questions have in the other ways?",
        f"Answer {number}: " + "words " * 60,
    )


def genanki_way(notes: int, decks: int, output: Path) -> float:
    """genanki's own classes, with the texts above."""
    import genanki

    templates = [{"name": "Card", "qfmt": "{{Prompt}}", "afmt": "{{FrontSide}}<hr>{{Answer}}"}]
    kind = genanki.Model(
        1_600_000_000_000,
        "Synthetic",
        fields=[{"name": name} for name in FIELDS],
        templates=templates,
    )
    made = [
        genanki.Deck(1_600_000_100_000 + place, f"Synthetic::{place:04}") for place in range(decks)
    ]
    for number in range(notes):
        made[number * decks // notes].add_note(
            genanki.Note(
                model=kind, fields=list(texts(number)), tags=["one", "two"], guid=f"g{number}"
            )
        )
    begun = time.perf_counter()
    genanki.Package(made).write_to_file(output)
    return time.perf_counter() - begun


def attachdeck_way(notes: int, decks: int, output: Path) -> float:
    """attachdeck's output, with the texts above in two fields of its own note type."""
    from attachdeck.anki.note_types import Look, note_type
    from attachdeck.compile.deck import DatedNoteType, Deck, Note, Subdeck
    from attachdeck.domain.course import Course, Study
    from attachdeck.outputs import apkg

    kind = note_type(
        "basic", Look(title="Synthetic", language="en", accent="#000000", accent_night="#ffffff")
    )
    subdecks = tuple(
        Subdeck(1_600_000_100_000 + place, f"Synthetic::{place:04}") for place in range(decks)
    )
    course = Course(
        id="s",
        title="S",
        version="1.0.0",
        language="en",
        licence="",
        deck="Synthetic",
        description="",
        lessons=(),
    )
    made = []
    for number in range(notes):
        row = kind.row(dict(zip(FIELDS, texts(number), strict=True)))
        note = Note(
            card=f"c{number}",
            id=1_600_000_200_000 + number,
            guid=f"g{number}",
            kind="basic",
            note_type="basic",
            fields=row,
            tags=("one", "two"),
            deck=subdecks[number * decks // notes].name,
            position=number + 1,
            places=(0,),
            anki_places=(0,),
            content="",
            first_card=1_600_010_000_000 + number,
            modified=1,
        )
        made.append(note)
    dated = DatedNoteType(1_600_000_000_000, 1, kind)
    deck = Deck(
        course=course,
        preset=1,
        practice_preset=2,
        study=Study(),
        decks=subdecks,
        note_types={"basic": dated},
        notes=tuple(made),
        media={},
    )
    begun = time.perf_counter()
    apkg.write(deck, output)
    return time.perf_counter() - begun


def official_way(notes: int, decks: int, output: Path) -> float:
    """Anki's own engine: the notes are added to a new collection, which is then exported."""
    import tempfile

    from anki.collection import AddNoteRequest, Collection, ExportAnkiPackageOptions

    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        basic = collection.models.by_name("Basic")
        assert basic is not None
        ids = [collection.decks.id(f"Synthetic::{place:04}") for place in range(decks)]
        requests = []
        for number in range(notes):
            note = collection.new_note(basic)
            note.fields, note.tags = list(texts(number)), ["one", "two"]
            requests.append(AddNoteRequest(note, ids[number * decks // notes]))
        begun = time.perf_counter()
        collection.add_notes(requests)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=False, legacy=True)
        collection.export_anki_package(out_path=str(output), options=options, limit=None)
        taken = time.perf_counter() - begun
        collection.close()
    return taken


WAYS = {"genanki": genanki_way, "attachdeck": attachdeck_way, "anki": official_way}

if __name__ == "__main__":
    print(WAYS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
