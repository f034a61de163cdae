"""Pictures and sounds for a course: copied into media/, and listed in media/media.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from attachdeck.authoring.new import SCHEMAS, Added, CannotAdd, checked, entry
from attachdeck.authoring.text_file import create
from attachdeck.domain.naming import slug
from attachdeck.reader import read_bytes, read_file
from attachdeck.reader.folder import PICTURE_ENDINGS
from attachdeck.reader.pictures import spoilt, svg_problems
from attachdeck.reader.sounds import SOUND_ENDINGS, spoilt_sound
from attachdeck.system.safe_write import write_bytes

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.[a-z0-9]+")
"""A file's name as media.yaml takes it."""


def picture(folder: Path, file: Path, about: Mapping[str, str]) -> tuple[Path, Added]:
    """Copy a picture into a course and list it with its `alt`, `origin` and `licence`.

    Return where it is now, and the entry. Nothing that is there is replaced. Raise CannotAdd and
    OSError.
    """
    what = "a picture that Anki shows everywhere"
    return _added(folder, file, "pictures", about, _content(file, PICTURE_ENDINGS, what, spoilt))


def sound(folder: Path, file: Path, about: Mapping[str, str]) -> tuple[Path, Added]:
    """Copy a sound or video into a course and list it, as `picture` does."""
    what = "a sound or video that Anki plays"
    return _added(folder, file, "sounds", about, _content(file, SOUND_ENDINGS, what, spoilt_sound))


def _added(
    folder: Path, file: Path, key: str, about: Mapping[str, str], content: bytes
) -> tuple[Path, Added]:
    place = _place(folder / "media", file, content, key.removesuffix("s"))
    listing = folder / "media" / "media.yaml"
    if place.name in _listed(listing, key):
        raise CannotAdd(
            f"`{place.name}` is already listed in `{listing}`: use that, or rename the new file"
        )
    copied = not place.exists()
    begun = not listing.exists()
    if copied:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(place, content)
    try:
        if begun:
            create(listing, _modeline(folder) + f"{key}:\n")
        added = entry(listing, key, {"file": place.name, **about})
        added = replace(added, before=None) if begun else added
        checked(folder, added)
    except BaseException:
        if begun:
            listing.unlink(missing_ok=True)
        if copied:
            place.unlink(missing_ok=True)
        raise
    return place, added


def _content(
    file: Path, endings: Collection[str], what: str, reason: Callable[[bytes, str], str]
) -> bytes:
    """Return a file's bytes.

    `reason` returns why learners would not see or hear it. Raise CannotAdd where they would not,
    or where it could do harm.
    """
    ending = file.suffix.lower()
    if ending not in endings:
        kinds = ", ".join(suffix.removeprefix(".") for suffix in endings)
        raise CannotAdd(f"`{file}` is not {what}: use {kinds}")
    content, problem = read_bytes(file, str(file), None)
    problems = (
        [problem] if problem else svg_problems(content, str(file)) if ending == ".svg" else []
    )
    if problems:
        raise CannotAdd(f"{problems[0].at}: {problems[0].message} ({problems[0].help})")
    if wrong := reason(content, file.name.lower()):
        raise CannotAdd(f"`{file}`: {wrong}; export it again")
    return content


def _place(media: Path, file: Path, content: bytes, noun: str) -> Path:
    """Return where a file goes: its own place if it is there already, else a free name."""
    if file.resolve().parent == media.resolve() and _NAME.fullmatch(file.name):
        return media / file.name
    stem, ending = slug(file.stem, noun), file.suffix.lower()
    place, number = media / f"{stem}{ending}", 2
    while place.exists() and place.read_bytes() != content:
        place, number = media / f"{stem}-{number}{ending}", number + 1
    return place


def _listed(listing: Path, key: str) -> set[str]:
    root = read_file(listing, listing.name)[0].root if listing.exists() else None
    entries = (root.get(key) if root else None) or None
    return {
        str(item.value.get("file"))
        for item in (entries.items() if entries else ())
        if isinstance(item.value, dict)
    }


def _modeline(folder: Path) -> str:
    has_schemas = (folder / SCHEMAS / "media.schema.json").is_file()
    return (
        f"# yaml-language-server: $schema=../{SCHEMAS}/media.schema.json\n" if has_schemas else ""
    )
