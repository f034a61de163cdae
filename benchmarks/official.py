"""The package step of Anki's own engine: notes added to a new collection, which is then exported."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from anki.collection import AddNoteRequest, Collection, ExportAnkiPackageOptions


def build(notes: int, decks: int, output: Path) -> int:
    """Write a package of so many notes in so many decks; how many notes it has."""
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        basic = collection.models.by_name("Basic")
        assert basic is not None
        ids = [collection.decks.id(f"Synthetic::{number:04}") for number in range(decks)]
        requests = []
        for number in range(notes):
            note = collection.new_note(basic)
            note.fields = [f"Question {number}, of about the length that questions have in the other ways?", f"Answer {number}: " + "words " * 60]
            requests.append(AddNoteRequest(note, ids[number * decks // notes]))
        collection.add_notes(requests)
        options = ExportAnkiPackageOptions(with_scheduling=False, with_media=False, legacy=True)
        written = collection.export_anki_package(out_path=str(output), options=options, limit=None)
        collection.close()
    return written


if __name__ == "__main__":
    print(build(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
