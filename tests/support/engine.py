"""Import, export and review in Anki's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anki.collection import Collection


def do_import(collection: Collection, path: Path) -> dict[str, int]:
    """Import with the dialog's default options; what the log says of the notes."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    log = collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    ).log
    collection.models._clear_cache()
    outcomes = (
        "new",
        "updated",
        "duplicate",
        "conflicting",
        "first_field_match",
        "missing_notetype",
        "missing_deck",
        "empty_first_field",
    )
    return {outcome: count for outcome in outcomes if (count := len(getattr(log, outcome)))}


class Learner:
    """Somebody who imports each release with the dialog's default options."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        collection.set_config("fsrs", val=True)

    def note(self, name: str) -> Any:
        return self.collection.get_note(self.collection.find_notes(f"ID:{name}")[0])

    def fields(self, name: str) -> tuple[str, str]:
        note = self.note(name)
        return note["Prompt"], note["Answer"]

    def scheduling(self) -> list[Any]:
        columns = (
            "id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, left,"
            " odue, odid, flags, data"
        )
        cards = self.collection.db.all(f"select {columns} from cards where reps > 0 order by id")
        return [cards, self.collection.db.all("select * from revlog order by id")]

    def review(self, name: str) -> None:
        """Answer the first card of a note Good, as the reviewer does."""
        self.answer(self.note(name).cards()[0].id, 2)

    def answer(self, card_id: int, rating: int) -> None:
        """Answer a card: 0 is Again, 2 is Good."""
        card = self.collection.get_card(card_id)
        card.start_timer()
        states = self.collection._backend.get_scheduling_states(card_id)
        self.collection.sched.answer_card(
            self.collection.sched.build_answer(card=card, states=states, rating=rating)
        )


OCCLUSION = "{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2:oi=1}}"
STOCK = [
    (
        "Basic",
        ['What <b>is</b>\nit? <img src="a picture.png">', "This. [sound:hola.mp3]"],
        "Top",
        ["x_y", "a::b"],
    ),
    ("Basic (and reversed card)", ["Front: a, b", "  Back "], "Top::Sub", []),
    ("Basic (optional reversed card)", ["One", "Two", "y"], "Top::Sub", ["*"]),
    ("Basic (type in the answer)", ["日本 &amp; <i>x</i>", "typed"], "Other deck", ["ünï"]),
    ("Cloze", ["{{c1::a}} and {{c3::b::hint}}", "true"], "Other deck::X: y", []),
    (
        "Image Occlusion",
        [OCCLUSION, '<img src="a picture.png">', "Head", "", ""],
        "Top::Pictures",
        [],
    ),
]


@contextmanager
def opened(path: Path) -> Iterator[Collection]:
    """Open a collection, and close it afterwards."""
    from anki.collection import Collection

    collection = Collection(str(path))
    try:
        yield collection
    finally:
        collection.close()


def fill(collection: Collection, notes: list[Any]) -> None:
    """Add notes: the name of a note type, fields, a deck, tags."""
    collection.media.write_data("hola.mp3", b"a sound")
    collection.media.write_data("a picture.png", b"a picture")
    for name, fields, deck, tags in notes:
        note = collection.new_note(collection.models.by_name(name))
        for place, text in enumerate(fields):
            note.fields[place] = text
        note.tags = tags
        collection.add_note(note, collection.decks.id(deck))


def export(collection: Collection, path: Path, *, legacy: bool) -> None:
    """Export as Anki does: everything to a .colpkg, else the notes and media without scheduling."""
    from anki.collection import ExportAnkiPackageOptions

    if path.suffix == ".colpkg":
        collection.export_collection_package(str(path), include_media=True, legacy=legacy)
        collection.reopen(after_full_sync=False)
    else:
        options = ExportAnkiPackageOptions(
            with_scheduling=False, with_media=True, with_deck_configs=False, legacy=legacy
        )
        collection.export_anki_package(out_path=str(path), options=options, limit=None)


def contents(collection: Collection) -> dict[str, Any]:
    """Collect all that a learner sees of each note, by its GUID."""
    rows = collection.db.all("select id, guid, flds, tags, mid from notes")
    return {
        guid: (
            fields.split("\x1f"),
            tags.split(),
            collection.models.get(note_type)["name"],
            [
                (place, collection.decks.name(deck))
                for place, deck in collection.db.execute(
                    "select ord, did from cards where nid = ? order by ord", number
                )
            ],
        )
        for number, guid, fields, tags, note_type in rows
    }
