"""The pictures and other files of a package: their names there, and which of them are shown."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping

from attachdeck.anki.markup import Heard, Shown
from attachdeck.anki.media import media_in, references
from attachdeck.anki.note_types import NoteType, words
from attachdeck.domain.course import Course, Lesson, Picture, Sound
from attachdeck.lock import ids


def packed_name(course: Course, picture: Picture | Sound) -> str:
    """Return a picture's or a sound's name in a package.

    It follows from the content, because Anki renames a known name with other bytes.
    """
    ending = picture.file.rpartition(".")[2].lower()
    return f"{course.id}-{hashlib.sha256(picture.content).hexdigest()[:16]}.{ending}"


def shown_pictures(course: Course) -> dict[str, Shown]:
    """Return a course's pictures as cards show them, by the names that an author writes."""
    return {
        name: Shown(
            packed_name(course, picture),
            packed_name(course, picture.night) if picture.night else "",
            picture.alt,
        )
        for name, picture in course.pictures.items()
    }


def heard_sounds(course: Course) -> dict[str, Heard]:
    """Return a course's sounds as cards play them, by the names that an author writes."""
    label = words(course.language)["Transcript"]
    return {
        name: Heard(packed_name(course, sound), sound.transcript, label)
        for name, sound in course.sounds.items()
    }


def media_of(course: Course) -> dict[str, bytes]:
    """Return all files that a package of the course may hold, by their names there."""
    pictures = (
        version
        for picture in course.pictures.values()
        for version in (picture, picture.night)
        if version
    )
    shown = {packed_name(course, picture): picture.content for picture in pictures}
    heard = {packed_name(course, sound): sound.content for sound in course.sounds.values()}
    return shown | heard | course.files


def files_hash(row: Iterable[str], files: Mapping[str, bytes]) -> str:
    """Return a hash of the files that a custom card shows under names of their own, or nothing.

    Anki takes over other bytes only with a note that has changed.
    """
    names = sorted(media_in(row, files))
    if not names:
        return ""
    return ids.content_hash(
        *(f"{name} {hashlib.sha256(files[name]).hexdigest()}" for name in names)
    )


def shown_media(
    media: Mapping[str, bytes],
    used: Iterable[str],
    own_note_types: Iterable[NoteType] = (),
) -> dict[str, bytes]:
    """Return the files that notes use or the course's own note types show, sorted by name.

    With such a note type these are also the files that Anki always packs, whose names begin with
    `_`.
    """
    if not media:
        return {}
    types = {note_type.kind: note_type for note_type in own_note_types}
    texts = (text for note_type in types.values() for text in texts_of(note_type))
    names = {*used, *media_in(texts, media)}
    names |= {name for name in media if types and name.startswith("_")}
    return {name: media[name] for name in sorted(names & media.keys())}


def texts_of(note_type: NoteType) -> tuple[str, ...]:
    """Return a note type's style sheet and the sides of its templates."""
    templates = note_type.templates
    return (
        note_type.css,
        *(text for template in templates for text in (template.front, template.back)),
    )


def texts_with_pictures(lesson: Lesson) -> list[str]:
    """Return those of a lesson's summary and reading that may show a picture."""
    texts = (lesson.summary, *(section.text for section in lesson.reading))
    return [text for text in texts if "![" in text or "<img" in text]


def first_shown(
    html: Iterable[str], shown: Iterable[Shown], arriving: Iterable[str]
) -> Shown | None:
    """Return the first picture in texts among those files that arrive with notes."""
    names = set(arriving)
    pictures = {picture.name: picture for picture in shown if picture.name in names}
    return next((pictures[name] for name in _names_in(html) if name in pictures), None)


def _names_in(html: Iterable[str]) -> Iterator[str]:
    return itertools.chain.from_iterable(names for text in html for names in references(text))
