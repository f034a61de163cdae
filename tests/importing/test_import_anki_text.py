"""A text for Anki's import becomes the notes that Anki itself makes of it: its engine reads the
same file."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.commands import run
from support.courses import compiled
from support.engine import contents, opened

if TYPE_CHECKING:
    from attachdeck.compile.deck import Deck

pytest.importorskip("anki")

TEXTS = {
    "a comment first": "# my words\nuno\tone\ndos\ttwo\n# in between\ntres\tthree\n",
    "comma": '#separator:Comma\n# hello\n#html:false\nuno,one,x y\n"a""b","l1\nl2",z\n',
    "semicolon by its sign": "#separator:;\n#tags:a b\n#deck:A::B\nuno;one;t1 t2\n",
    "no separator named": "#deck:Z\nuno|one;two,three\n",
    "an unknown separator": "#separator:%\nuno;one%two\n",
    "capitals and spaces": "#Separator : Comma\n#HTML: TRUE\nuno,<i>one</i>\n",
    "columns by name": "#separator:tab\n#columns:Back\tFront\tTags\none\tuno\tx\n",
    "a column between": "#separator:;\n#columns:Front;Nope;Back\nuno;x;one\n",
    "all columns": (
        "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n"
        "#tags column:6\ng1\tBasic\tD::E\tuno\tone\ta b\ng2\tCloze\tF\t{{c1::x}} y\tmore\t\n"
        "\tBasic (and reversed card)\tD::E\tdos\t<b>two</b>\tc\n"
        "g4\tBasic (type in the answer)\tG\ttres\tthree\t\n"
    ),
    "a note type for all": "#notetype:Cloze\n#separator:Pipe\n{{c1::x}} y|extra\n",
    "a reverse for some": (
        "#notetype:Basic (optional reversed card)\n#separator:;\na;b;y;t1\nc;d;;t2\n"
    ),
    "tags in the middle": "#separator:comma\n#tags column:2\nuno,a b,one\n",
    "a deck first": "#separator:comma\n#deck column:1\n#notetype:Basic\nD1,uno,one\nD2,dos,two\n",
    "html where nobody says so": "#deck:X\nuno\t<b>one</b>\n",
    "no html": "#separator:tab\n#html:false\n1 < 2 & *a*\t<b>_x_</b>\n",
    "no html where nobody says so": '#deck:X\nR&D\t"so" much [x](y)\n',
    "quotation marks": '#separator:tab\n"so" much\tx\nsay "hi"\ty "z"\n',
    "the old tags": "tags: a b\nuno;one\n",
    "a mark in front": "\ufeff#separator:comma\nuno,one\n",
    "one way for two": "#if matches:keep current\n#separator:;\nuno;one\nuno;two\n",
    "line ends of Windows": '#separator:;\r\na;"b\r\nc"\r\n',
}


def words(html: str) -> list[str]:
    """What a field shows, word by word, a line's end among them."""
    text = re.sub(r"<br\s*/?>|</p>\s*<p>|\n", " ", html)
    return unescape(re.sub("<[^>]*>", "", text)).split()


def by_anki(path: Path, folder: Path) -> list[Any]:
    """The notes that Anki makes of a text; those without an answer are no cards to us."""
    from anki.import_export_pb2 import ImportCsvRequest

    with opened(folder / "learner.anki2") as collection:
        metadata = collection.get_csv_metadata(str(path), None)
        collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata))
        notes = [
            (
                [words(field) for field in fields[:2]],
                sorted(tags),
                {"Default": ""}.get(cards[0][1], cards[0][1]),
                len(cards),
                name.partition(" ")[0],
            )
            for fields, tags, name, cards in contents(collection).values()
        ]
    return sorted(notes)


def by_us(deck: Deck) -> list[Any]:
    """The notes that we make of it; those of no deck lie in one of the course's own."""
    notes = []
    for note in deck.notes:
        if note.kind in ("reading", "reference"):
            continue
        fields = deck.note_types[note.note_type].note_type.named(note.fields)
        is_cloze = note.kind == "cloze"
        shown = (
            (fields["Text"], fields["Why"]) if is_cloze else (fields["Prompt"], fields["Answer"])
        )
        tags = [tag.partition("::")[2] for tag in note.tags]
        own = [tag for tag in tags if not tag.startswith(("changed::", "kind::", "lesson::"))]
        notes.append(
            (
                [words(row) for row in shown],
                sorted(own),
                "" if note.deck.endswith("Cards") else note.deck,
                len(note.cards),
                "Cloze" if is_cloze else "Basic",
            )
        )
    return sorted(notes)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_for_anki_becomes_the_notes_that_anki_makes_of_it(tmp_path: Path, name: str):
    path = tmp_path / "words.txt"
    path.write_text(TEXTS[name], encoding="utf-8", newline="")
    result = run("import", path, "-o", tmp_path / "course")
    assert result.exit_code == 0, result.output
    assert by_us(compiled(tmp_path / "course")) == by_anki(path, tmp_path)
