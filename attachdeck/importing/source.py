"""Files of others to a draft of a course: each by its ending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attachdeck.importing import columns, crowdanki, markdown, package, table
from attachdeck.importing.convert import converted
from attachdeck.importing.draft import Draft
from attachdeck.importing.found import CannotImport, Found
from attachdeck.importing.keep import kept

_WORKBOOKS = (".xlsx", ".xls", ".ods", ".numbers")


def draft(
    files: Sequence[Path], *, convert: bool, asked: columns.Asked | None = None, encoding: str = ""
) -> Draft:
    """Return the course that files make together; `asked` says what a table's columns are.

    Raise CannotImport, OSError, NoEngine where Anki's engine is needed and not installed,
    and Unclear where it is a guess what a table's columns mean.
    """
    texts = [file for file in files if file.suffix.lower() in (*table.SUFFIXES, *markdown.SUFFIXES)]
    if not texts:
        if asked or encoding:
            raise CannotImport("--columns and --encoding work only with tables (.csv, .tsv, .txt)")
        drafted = kept(_joined([_deck_in(file) for file in files]))
        return converted(drafted) if convert else drafted
    if len(files) > 1:
        raise CannotImport("name only one table or Markdown file")
    if texts[0].suffix.lower() in table.SUFFIXES:
        return table.draft(texts[0], asked or {}, encoding)
    if asked:
        raise CannotImport("--columns works only with tables (.csv, .tsv, .txt)")
    return markdown.draft(texts[0], encoding)


def _deck_in(file: Path) -> Found:
    if file.suffix.lower() in package.SUFFIXES:
        return package.read(file)
    if folder := crowdanki.json_file(file):
        return crowdanki.read(folder)
    if (file / "course.yaml").is_file():
        raise CannotImport(
            f"`{file}` is already a course: run `attachdeck build {file}` to build its deck"
        )
    if file.suffix.lower() in _WORKBOOKS:
        raise CannotImport(
            f"`{file}` is a workbook: save its sheet as *CSV UTF-8* and import that file"
        )
    raise CannotImport(
        f"`{file}` cannot be imported: name a package (.apkg, .colpkg), a CrowdAnki folder, "
        "a table (.csv, .tsv, .txt) or Markdown (.md)"
    )


def _joined(sources: Sequence[Found]) -> Found:
    """Return several decks as one; of two notes with one GUID the one that was changed later."""
    if len(sources) == 1:
        return sources[0]
    notes, lost = {}, [line for source in sources for line in source.lost]
    for note in sorted(
        (note for source in sources for note in source.notes), key=lambda note: note.modified
    ):
        notes[note.guid] = note
    order = dict.fromkeys(note.guid for source in sources for note in source.notes)
    media: dict[str, bytes] = {}
    for source in sources:
        for name, content in source.media.items():
            if media.setdefault(name, content) != content:
                lost.append(
                    f"the file {name} of one deck: another deck has a different file with this name"
                )
    return Found(
        notes=tuple(notes[guid] for guid in order),
        note_types={
            number: note_type
            for source in sources
            for number, note_type in source.note_types.items()
        },
        decks={name: deck for source in sources for name, deck in source.decks.items()},
        media=media,
        lost=tuple(lost),
        from_anki=all(source.from_anki for source in sources),
    )
