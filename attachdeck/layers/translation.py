"""A course in another language: its texts as gettext catalogues, and back.

`translations/<language>/` holds one `.po` file for course.yaml and the pictures (`course.po`), one
for each lesson whose translation has begun, and the language's own `course.lock`. An entry's
context is the id of what the text belongs to and its key: `attachment-definition:answer`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attachdeck.domain.diagnostics import Diagnostic, did_you_mean
from attachdeck.domain.location import Location
from attachdeck.layers.picture_words import with_words, words_in
from attachdeck.reader import TRANSLATIONS, CourseFiles, Document, Node, read_bytes
from attachdeck.schema.texts import Texts, Way, texts_in, texts_in_card, texts_under

if TYPE_CHECKING:
    import polib

COURSE = "course"
"""The name of the catalogue for course.yaml and the pictures."""

_LINE = re.compile(
    r'\s*+(?:#.*+|(?:msg(?:ctxt|id|id_plural|str)(?:\[[0-9]+\])?\s*+)?"(?:[^"\\]++|\\.)*+"\s*+)?'
)
"""A line of a catalogue: nothing, a comment, or a text with or without its keyword."""

Say = Callable[[str, str], str]
"""Returns the text to use for a context and its original text."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many texts are translated, are not yet, and are translated from an older wording."""

    translated: int = 0
    missing: int = 0
    outdated: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.translated + other.translated,
            self.missing + other.missing,
            self.outdated + other.outdated,
        )

    def __str__(self) -> str:
        whole = self.translated + self.missing + self.outdated
        return (
            f"{self.translated} of {whole} texts translated, "
            f"{self.outdated} outdated, {self.missing} missing"
        )


def languages(folder: Path) -> list[str]:
    """Return the languages for which a course has a catalogue."""
    translations = folder / TRANSLATIONS
    folders = translations.iterdir() if translations.is_dir() else ()
    return sorted(path.name for path in folders if any(path.glob("*.po")))


def texts(files: CourseFiles) -> dict[str, dict[str, str]]:
    """Return the texts for learners by catalogue and by context, in the author's order."""
    by_catalogue: dict[str, dict[str, str]] = {}
    for name, walk in _catalogues(files):
        collected = by_catalogue.setdefault(name, {})

        def collect(context: str, text: str, into: dict[str, str] = collected) -> str:
            into[context] = text
            return text

        walk(collect)
    return by_catalogue


class Translation:
    """The texts of a language, from its catalogues, which are read once.

    Texts without an up-to-date translation stay as they are in the original.
    """

    def __init__(self, folder: Path, language: str) -> None:
        self.language = language
        self.problems: list[Diagnostic] = []
        self.texts: list[str] = []
        """The catalogues as text."""
        self._entries: dict[str, polib.POEntry] = {}
        for path in sorted((folder / TRANSLATIONS / language).glob("*.po")):
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            catalogue = _read(path)
            self.texts.append(str(catalogue))
            self._entries |= {
                entry.msgctxt: entry for entry in catalogue if entry.msgctxt and not entry.obsolete
            }
        except (OSError, ValueError, UnicodeDecodeError) as error:
            self.problems.append(
                Diagnostic(
                    rule="broken-catalogue",
                    message=f"this catalogue cannot be read: {error}",
                    at=Location(str(path)),
                    help="correct that line in a text editor, or restore the last good file",
                )
            )

    def course(self, files: CourseFiles) -> tuple[CourseFiles, Tally]:
        """Return a course's files with course.yaml, media.yaml and the words of pictures
        translated, and the tally."""
        say = _Counting(self._entries)
        course = _said(files.course, lambda value: _course(value, say))
        course = _said(course, lambda value: value | {"language": self.language})
        media = files.media and _said(files.media, lambda value: _media(value, say))
        pictures = files.pictures | _pictures(files, say)
        return replace(files, course=course, media=media, pictures=pictures), say.tally

    def lesson(self, document: Document) -> tuple[Document, Tally]:
        """Return a lesson in this language, and the tally."""
        say = _Counting(self._entries)
        return _say_lesson(document, say), say.tally


class _Counting:
    """Translates texts, and counts those that have a translation."""

    def __init__(self, entries: Mapping[str, polib.POEntry]) -> None:
        self.entries = entries
        self.tally = Tally()

    def __call__(self, context: str, text: str) -> str:
        entry = self.entries.get(context)
        if entry is None or not entry.msgstr:
            self.tally += Tally(missing=1)
            return text
        if entry.fuzzy or _normal(entry.msgid) != _normal(text):
            self.tally += Tally(outdated=1)
            return text
        self.tally += Tally(translated=1)
        ends = text.endswith("\n") and not entry.msgstr.endswith("\n")
        return str(entry.msgstr) + "\n" * ends


def unknown_language(folder: Path, language: str, file: str) -> Diagnostic | None:
    """Report a language for which a course has no catalogue."""
    known = languages(folder)
    if language in known:
        return None
    extract = f"run `attachdeck translate extract {language}` to start one"
    listed = ", ".join(f"`{code}`" for code in known)
    others = f", or use one of these: {listed}" if known else ""
    return Diagnostic(
        rule="unknown-language",
        message=f"this course has no translation into `{language}`",
        at=Location(file),
        help=did_you_mean(language, known) or extract + others,
    )


def extract(
    files: CourseFiles, folder: Path, language: str, only: Collection[str] = ()
) -> Iterator[tuple[Path, str, Tally]]:
    """Bring a language's catalogues up to date, or only some of them: yield each file, its text,
    and how much of it is translated.

    What was translated stays. Where the original has changed, the translation is marked fuzzy and
    keeps the old original beside it; what is gone becomes obsolete.
    """
    here = folder / TRANSLATIONS / language
    known = {path: _read(path) for path in sorted(here.glob("*.po"))}
    # A card that moves to another lesson takes its translation along; what is obsolete counts less.
    translations = [entry for catalogue in known.values() for entry in catalogue if entry.msgstr]
    elsewhere = {
        entry.msgctxt: entry for entry in sorted(translations, key=lambda entry: not entry.obsolete)
    }
    for name, contexts in texts(files).items():
        if only and name not in only:
            continue
        path = here / f"{name}.po"
        old = {entry.msgctxt: entry for entry in known.get(path, ())}
        catalogue = _empty(language)
        tally = Tally()
        for context, text in contexts.items():
            entry = _entry(context, text, old.pop(context, None) or elsewhere.get(context))
            tally += _tally_of(entry)
            catalogue.append(entry)
        for entry in old.values():
            if entry.msgstr:
                entry.obsolete = True
                catalogue.append(entry)
        yield path, f"{catalogue}".rstrip("\n") + "\n", tally


def _empty(language: str) -> polib.POFile:
    import polib

    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    return catalogue


def _entry(context: str, text: str, before: polib.POEntry | None) -> polib.POEntry:
    """Return a text's entry with its translation from before, fuzzy where the text has changed."""
    import polib

    entry = polib.POEntry(msgctxt=context, msgid=text)
    if before is not None and before.msgstr:
        entry.msgstr, entry.tcomment = before.msgstr, before.tcomment
        changed = _normal(before.msgid) != _normal(text)
        if changed or before.fuzzy:
            entry.flags = ["fuzzy"]
            entry.previous_msgid = before.msgid if changed else before.previous_msgid
    return entry


def _tally_of(entry: polib.POEntry) -> Tally:
    if entry.fuzzy:
        return Tally(outdated=1)
    return Tally(translated=1) if entry.msgstr else Tally(missing=1)


def _read(path: Path) -> polib.POFile:
    """Return a catalogue. Raises OSError and ValueError."""
    import polib

    content, problem = read_bytes(path, path.as_posix(), path.parents[2].resolve())
    if problem:
        raise ValueError(problem.message)
    text = content.decode("utf-8-sig")
    for number, line in enumerate(text.splitlines(), 1):
        # polib would take the last character for the missing quotation mark.
        if not _LINE.fullmatch(line):
            raise ValueError(
                f"line {number} of {path.name} has no text in quotes: {line.strip():.60}"
            )
    # polib takes a text that is the name of a file for that name; none ends with a line end.
    catalogue = polib.pofile(text + "\n", wrapwidth=100)
    names = Counter(entry.msgctxt for entry in catalogue if entry.msgctxt and not entry.obsolete)
    for name, count in names.items():
        if count > 1:
            raise ValueError(f"`{name}` is in {path.name} twice")
    return catalogue


def _catalogues(files: CourseFiles) -> Iterator[tuple[str, Callable[[Say], object]]]:
    """Yield each part of a course: its catalogue's name, and a function that replaces its texts."""
    yield COURSE, lambda say: _said(files.course, lambda value: _course(value, say))
    if files.media:
        media = files.media
        yield COURSE, lambda say: _said(media, lambda value: _media(value, say))
    yield COURSE, lambda say: _pictures(files, say)
    for lesson in files.lessons:
        yield _id_of(lesson), partial(_say_lesson, lesson)


def _id_of(lesson: Document) -> str:
    return str(lesson.root.value.get("id")) if lesson.root is not None else ""


def _say_lesson(lesson: Document, say: Say) -> Document:
    return _said(lesson, lambda value: _lesson(value, _id_of(lesson), say))


def _course(value: dict[str, Any], say: Say) -> Any:
    known = texts_in("course")
    translated = _walk(value, known.without("tests"), "course", say)
    if "tests" in translated:
        tests = _tests(translated["tests"], known.keys["tests"], say)
        translated = translated | {"tests": tests}
    return translated


def _tests(tests: dict[str, Any], known: Texts, say: Say) -> dict[str, Any]:
    """Return the tests with their texts replaced; scenes are named by ids, as cards are."""
    translated = {}
    for name, test in tests.items():
        of_test = known.keys[name]
        scenes = _each(of_test.keys["scenes"])
        value = _walk(test, of_test.without("scenes"), f"test {name}", say)
        translated[name] = _entries(value, "scenes", "id", scenes, "test ", say)
    return translated


def _media(value: dict[str, Any], say: Say) -> dict[str, Any]:
    known = texts_in("media").keys
    value = _entries(value, "pictures", "file", _each(known["pictures"]), "picture ", say)
    return _entries(value, "sounds", "file", _each(known["sounds"]), "sound ", say)


def _pictures(files: CourseFiles, say: Say) -> dict[str, bytes]:
    """Return the SVGs with their words replaced; one for the night shares the words of the day."""
    root = files.media.root if files.media else None
    listed = root.value.get("pictures", ()) if root is not None else ()
    nights = {entry["file"]: entry["night"] for entry in listed if "night" in entry}
    drawings = [name for name in files.pictures if name.lower().endswith(".svg")]
    replaced: dict[str, bytes] = {}
    for name in drawings:
        if name in nights.values():
            continue
        versions = {
            version: files.pictures[version]
            for version in (name, nights.get(name))
            if version in drawings
        }
        words = {
            word: say(f"picture {name}:words.{number}", word)
            for number, word in enumerate(words_in(versions.values()), 1)
        }
        if words:
            replaced |= {version: with_words(svg, words) for version, svg in versions.items()}
    return replaced


def _said(document: Document, change: Callable[[Any], Any]) -> Document:
    root = document.root
    if root is None:
        return document
    changed = Node(change(root.value), lambda: root.mark, root.file)
    return Document(document.file, document.text, changed)


def _lesson(value: dict[str, Any], name: str, say: Say) -> dict[str, Any]:
    known = texts_in("lesson").keys
    own = {key: Texts(part.text) for key, part in known.items() if part.text}
    own["option_sets"] = known["option_sets"]
    value = _walk(value, Texts(keys=own), f"lesson {name}", say)
    objectives, sections = (_each(known[key]) for key in ("objectives", "reading"))
    value = _entries(value, "objectives", "id", objectives, "objective ", say)
    if isinstance(value.get("reading"), list):
        value = _entries(value, "reading", "id", sections, "", say)
    return _entries(value, "cards", "id", lambda card: texts_in_card(card.get("kind", "")), "", say)


def _each(listed: Texts) -> Callable[[dict[str, Any]], Texts]:
    """Return a function that returns where the texts in an entry of a list are."""
    entries = listed.entries or Texts()
    return lambda _entry: entries


def _entries(
    value: dict[str, Any],
    key: str,
    name: str,
    texts_of: Callable[[dict[str, Any]], Texts],
    prefix: str,
    say: Say,
) -> dict[str, Any]:
    """Return a mapping with the texts replaced in its list of named entries."""
    entries = [
        _walk(entry, texts_of(entry), f"{prefix}{entry.get(name)}", say)
        for entry in value.get(key, ())
    ]
    return value | {key: entries} if key in value else value


def _walk(value: dict[str, Any], texts: Texts, context: str, say: Say) -> dict[str, Any]:
    """Return a mapping with each of its texts replaced."""
    replaced = value
    for way, text in texts_under(value, texts):
        if text.strip():
            # In a context, places in a list count from 1.
            names = (str(part + 1) if isinstance(part, int) else part for part in way)
            replaced = _with_text(replaced, way, say(f"{context}:{'.'.join(names)}", text))
    return replaced


def _with_text(value: Any, way: Way, text: str) -> Any:
    """Return a copy of a value with another text at the end of a way."""
    if not way:
        return text
    changed = value.copy()
    changed[way[0]] = _with_text(value[way[0]], way[1:], text)
    return changed


def _normal(text: str) -> str:
    """Return a text for comparison, without its line breaks."""
    return " ".join(text.split())
