"""YAML text to plain values with the place of every key and value.

Only this package reads a course's files. What a stranger's file could do to us is bounded here:
size, nesting, aliases, scripts in pictures, and paths that leave the course's folder.
"""

from attachdeck.reader.characters import NOT_TEXT, with_plain_ends
from attachdeck.reader.document import Document, Mark, Node
from attachdeck.reader.files import MAX_BYTES, read_bytes, read_file, read_utf8
from attachdeck.reader.folder import (
    LOCK,
    TRANSLATIONS,
    CourseFiles,
    NoteTypeFiles,
    keeps,
    lesson_paths,
    lock_file,
    own_folders,
    read_course,
)
from attachdeck.reader.parts import Part, parts_of, punctuation
from attachdeck.reader.yaml_text import cut_off, read_text

__all__ = [
    "LOCK",
    "MAX_BYTES",
    "NOT_TEXT",
    "TRANSLATIONS",
    "CourseFiles",
    "Document",
    "Mark",
    "Node",
    "NoteTypeFiles",
    "Part",
    "cut_off",
    "keeps",
    "lesson_paths",
    "lock_file",
    "own_folders",
    "parts_of",
    "punctuation",
    "read_bytes",
    "read_course",
    "read_file",
    "read_text",
    "read_utf8",
    "with_plain_ends",
]
