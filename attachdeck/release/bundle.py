"""A release: the deck, a package a lesson, every other output, notes and sums; judged in Anki's
engine before anything is put in place.

Everything follows from the course, its lock and attachdeck's version: the same command on the same
commit gives the same files.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from attachdeck import __version__, outputs
from attachdeck.anki.media import media_in
from attachdeck.compile import descriptions
from attachdeck.compile.deck import Deck, Note
from attachdeck.compile.media import shown_media
from attachdeck.compile.results import Checked, Compiled
from attachdeck.domain.naming import file_name
from attachdeck.domain.quoting import counted
from attachdeck.engine.verify import Fate, verify
from attachdeck.lock.comparison import Bump, Changes, Snapshot, compare, next_version
from attachdeck.lock.file import write_lock
from attachdeck.outputs import addon, anki_text, apkg, gift, spreadsheet
from attachdeck.pipeline import sealed
from attachdeck.reader import LOCK
from attachdeck.release.snapshots import of_compiled, snapshot
from attachdeck.reporters import changes as change_reporter
from attachdeck.system import git
from attachdeck.system.safe_write import folder_beside

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
NOTES = "RELEASE_NOTES.md"
ANKIWEB = "ankiweb.md"
_RELEASED = {"addon": addon, "anki-text": anki_text, "csv": spreadsheet, "gift": gift}
"""The other outputs of a release; those that are folders an author makes by `build --to`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which release is wanted: where it goes, `now` as its time, the last one, and its language.

    `previous` is a package or a git revision. With `locked`, the lock must have been sealed for
    this release before, and nothing but the release is written.
    """

    place: Path
    now: int
    previous: str = ""
    language: str = ""
    locked: bool = False


class Refused(Exception):
    """Why there is no release, and what to do."""


def release(folder: Path, checked: Checked, compiled: Compiled, wanted: Wanted) -> Iterator[str]:
    """Make a release and put it in place, and seal the lock; yield what has been done, a line each.

    Raise Refused, NoEngine, NotImportable, NoSnapshot, and OSError; the lock and what was in place
    before then stay as they were.
    """
    _refuse_lock(compiled, wanted.language)
    final = sealed(checked, compiled, wanted.now)
    if final.stale:
        _refuse_sealing(checked, compiled, wanted)
    deck, place, changes = final.deck, wanted.place, None
    if wanted.previous:
        old = snapshot(wanted.previous, folder, wanted.language)
        changes = compare(old, of_compiled(final))
        yield from _compared(old, deck.course.version, changes, wanted.previous)
    name = file_name(deck.course.deck) + (f"-{wanted.language}" if wanted.language else "")
    place.parent.mkdir(parents=True, exist_ok=True)
    with folder_beside(place) as beside:
        built = beside / place.name
        built.mkdir()
        package = built / f"{name}.apkg"
        apkg.write(deck, package)
        yield f"built {package.name}"
        yield from _verified(deck, package, wanted.previous)
        yield from _other_outputs(deck, built, name)
        _write_texts(deck, built, name, changes)
        if final.stale:
            _seal(final, checked.lock_path, built, place)
            yield _sealed_words(checked.lock_path, deck.course.version, wanted.language)
        else:
            _swap(built, place)
    yield f"{place}: version {deck.course.version}"


def _compared(old: Snapshot, version: str, changes: Changes, previous: str) -> Iterator[str]:
    """Compare with the last release; yield what to know of it. Raise Refused."""
    _refuse_withheld(changes, previous)
    if changes.renewed:
        yield f"warning: {change_reporter.renewed(changes)}"
    yield _refuse_version(old, version, changes)


def _verified(deck: Deck, package: Path, previous: str) -> Iterator[str]:
    """Test a package in Anki's engine; yield what came of it.

    Raise Refused if learners would lose something, NoEngine and NotImportable.
    """
    old_package = Path(previous) if previous.endswith(".apkg") else None
    retired = [note for note in deck.notes if not note.cards]
    names = {name for note in retired for name in (note.card, note.guid)}
    lost = [finding for finding in verify(package, old_package, names) if finding.fate is Fate.LOST]
    if lost:
        cards = ": " + ", ".join(lost[0].cards[:5]) if lost[0].cards else ""
        raise Refused(f"Anki's engine found a problem: {lost[0].subject}: {lost[0].message}{cards}")
    yield "tested in Anki's engine" + (
        ": a learner of the last release loses nothing" if old_package else ""
    )
    if retired:
        yield _retired_words(retired)


def _other_outputs(deck: Deck, folder: Path, name: str) -> Iterator[str]:
    """Write a package for each lesson, and the other outputs; yield what was done."""
    lessons = _lessons(deck)
    for lesson, part in lessons.items():
        apkg.write(part, folder / "lessons" / f"{lesson}.apkg")
    kinds = []
    for kind, output in _RELEASED.items():
        try:
            outputs.put(output, deck, folder / f"{name}{output.SUFFIX}")
            kinds.append(kind)
        except outputs.NothingLeft as nothing:
            yield f"left out {kind}, which would be empty: {nothing}"
    packages = counted(len(lessons), "package")
    yield f"built {packages} of single lessons and {', '.join(kinds)}"


def _write_texts(deck: Deck, folder: Path, name: str, changes: Changes | None) -> None:
    """Write the notes, AnkiWeb's text, and last the manifest and the sums of all that is there."""
    _text(folder / NOTES, _notes(deck, changes, f"{name}.apkg"))
    _text(folder / ANKIWEB, _ankiweb(deck))
    _text(folder / MANIFEST, _manifest(deck, folder))
    _text(folder / SUMS, "".join(f"{sum_}  {name}\n" for name, sum_ in _sums(folder).items()))


def differences(manifest: Path, place: Path) -> list[str]:
    """Return the differences between a manifest and a release that was just made: none if every sum
    is the same. Raise Refused and OSError."""
    try:
        entries = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        sums = {str(name): str(entry["sha256"]) for name, entry in entries.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"`{manifest}` is not the manifest of a release") from error
    built = {name: sum_ for name, sum_ in _sums(place).items() if name not in (MANIFEST, SUMS)}
    return [
        *(f"{name}: only in the manifest" for name in sorted(sums.keys() - built.keys())),
        *(f"{name}: not in the manifest" for name in sorted(built.keys() - sums.keys())),
        *(
            f"{name}: different content"
            for name in sorted(sums.keys() & built.keys())
            if sums[name] != built[name]
        ),
    ]


def _refuse_lock(compiled: Compiled, language: str) -> None:
    if compiled.stale:
        option = f" --language {language}" if language else ""
        raise Refused(f"{LOCK} is out of date: run `attachdeck build{option}` and commit it")
    if not any(card.retired_because == "" for card in compiled.deck.course.cards()):
        raise Refused("the course has no cards to release")


def _refuse_sealing(checked: Checked, compiled: Compiled, wanted: Wanted) -> None:
    """Refuse to seal a lock that must be sealed already, is not committed, or has this version."""
    version, last = compiled.deck.course.version, compiled.lock.released
    if last and _numbers(version) <= _numbers(last.version):
        reason = (
            "the course has changed since then"
            if version == last.version
            else f"{version} is lower"
        )
        raise Refused(
            f"version {last.version} has been released and {reason}: write "
            f"`version: {next_version(last.version, Bump.PATCH)}` or higher in course.yaml"
        )
    if wanted.locked:
        raise Refused(
            f"{LOCK} is not sealed for version {version}: run `attachdeck release` without "
            f"--locked on your computer, commit {LOCK}, and run this command on that commit"
        )
    if git.is_repository(checked.lock_path.parent) and not _is_committed(checked.lock_path):
        raise Refused(
            f"{LOCK} is not committed: commit it, so that the next release knows what learners have"
        )


def _seal(final: Compiled, lock: Path, built: Path, place: Path) -> None:
    """Put the sealed lock and the release in place: both, or neither.

    A process that is killed between the two leaves a sealed lock, with which `release` makes the
    same files again.
    """
    with folder_beside(lock) as beside:
        old, new = beside / "old", beside / "new"
        shutil.copy2(lock, old)
        write_lock(final.lock, new)
        shutil.copymode(lock, new)
        new.replace(lock)
        try:
            _swap(built, place)
        except BaseException:
            old.replace(lock)
            raise


def _retired_words(notes: Sequence[Note]) -> str:
    names = ", ".join(f"`{note.card}`" for note in notes[:5]) + " …" * (len(notes) > 5)
    verb, them = ("is", "it") if len(notes) == 1 else ("are", "them")
    return f"{names} {verb} retired: learners are informed, and the next release omits {them}"


def _sealed_words(lock: Path, version: str, language: str) -> str:
    tag = f"v{version}-{language}" if language else f"v{version}"
    return f"sealed {lock} for version {version}: commit it and tag that commit `{tag}`"


def _is_committed(path: Path) -> bool:
    """Return whether the last commit has a text file as it is, whatever its line ends."""
    content = git.committed(path)
    return content is not None and _plain_ends(content) == _plain_ends(path.read_bytes())


def _plain_ends(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def _refuse_withheld(changes: Changes, previous: str) -> None:
    if changes.withheld:
        named = ", ".join(f"`{name}`" for name in changes.withheld[:5]) + " …" * (
            len(changes.withheld) > 5
        )
        how = (
            "of that package"
            if previous.endswith(".apkg")
            else f"of that release (in the course's folder: `git checkout {previous} -- {LOCK}`)"
        )
        raise Refused(
            f"by {LOCK}, the changes to {named} are older than {previous}, so Anki would not "
            f"update learners' cards: restore the lock {how} and run `attachdeck build`"
        )


def _refuse_version(old: Snapshot, new: str, changes: Changes) -> str:
    if not old.version:
        return "the last release has no version, so attachdeck cannot check the new version number"
    least = next_version(old.version, changes.bump)
    if _numbers(new) < _numbers(least):
        why = (
            changes.acts[0]
            if changes.acts
            else {"MINOR": "there are new cards", "PATCH": "the course has changed"}.get(
                changes.bump.name, "nothing has changed"
            )
        )
        raise Refused(
            f"version {new} is too low after {old.version}: {why}; write `version: {least}` or "
            "higher in course.yaml"
        )
    return f"version {new} fits the changes since {old.version}"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _lessons(deck: Deck) -> dict[str, Deck]:
    """Return a deck for each lesson, by the name of its file.

    Each has the lesson's notes and pictures, and the decks above it. They are the same notes as in
    the whole deck, so Anki never adds them twice.
    """
    by_file: dict[str, Deck] = {}
    for lesson in deck.course.lessons:
        ids = {section.id for section in lesson.reading} | {card.id for card in lesson.cards}
        notes = tuple(note for note in deck.notes if note.card in ids)
        if notes:
            name = file_name((lesson.full_deck or lesson.deck).rpartition("::")[2])
            by_file[name if name not in by_file else f"{name}-{lesson.id}"] = _part(deck, notes)
    return by_file


def _part(deck: Deck, notes: tuple[Note, ...]) -> Deck:
    """Return a deck with some of its notes and all that belongs to them."""
    names = {note.deck for note in notes}
    used = {note.note_type for note in notes}
    custom = (deck.note_types[note.note_type].note_type for note in notes if note.kind == "custom")
    shown = media_in((text for note in notes for text in note.fields), deck.media)
    return replace(
        deck,
        notes=notes,
        decks=tuple(
            level
            for level in deck.decks
            if any(name == level.name or name.startswith(f"{level.name}::") for name in names)
        ),
        note_types={key: dated for key, dated in deck.note_types.items() if key in used},
        media=shown_media(deck.media, shown, custom),
    )


def _notes(deck: Deck, changes: Changes | None, package: str) -> str:
    course = deck.course
    changed = ["This is the first release.", ""]
    if changes is not None:
        changed = list(change_reporter.for_learners(changes)) or ["Nothing has changed.", ""]
    return "\n".join(
        [
            f"# {course.title} {course.version}",
            "",
            *changed,
            "## How to import it" if changes is None else "## How to update",
            "",
            f"In Anki, choose *File → Import* and `{package}`. Keep Anki's settings:",
            "",
            "- *Import any learning progress*: off",
            "- *Import any deck presets*: on only if you want the pace that the course sets",
            "- *Merge note types*: off",
            "- *Update notes*: if newer",
            "- *Update note types*: if newer",
            "",
            *([] if changes is None else ["Your progress, flags and suspensions stay.", ""]),
        ]
    )


def _ankiweb(deck: Deck) -> str:
    """Return the text for AnkiWeb's page of a shared deck."""
    counts = (
        f"{counted(len(deck.course.lessons), 'lesson')}, {counted(len(deck.notes), 'note')}, "
        f"{counted(sum(len(note.cards) for note in deck.notes), 'card')}."
    )
    return f"{deck.course.title}\n\n{counts}\n\n{descriptions.about(deck.course)}\n"


def _manifest(deck: Deck, folder: Path) -> str:
    course = deck.course
    counts = {
        "lessons": len(course.lessons),
        "notes": len(deck.notes),
        "cards": sum(len(note.cards) for note in deck.notes),
        "media": len(deck.media),
    }
    content = {
        "course": {
            "id": course.id,
            "title": course.title,
            "version": course.version,
            "language": course.language,
            "licence": course.licence,
        },
        "attachdeck": __version__,
        "made_with": {name: _version(name) for name in ("cmarkgfm", "genanki", "nh3")},
        "counts": counts,
        "note_types": {
            key: {"id": dated.id, "name": dated.note_type.name}
            for key, dated in sorted(deck.note_types.items())
        },
        "files": {
            name: {"sha256": sum_, "size": (folder / name).stat().st_size}
            for name, sum_ in _sums(folder).items()
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _sums(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _swap(folder: Path, place: Path) -> None:
    """Replace a folder by a new one; the old one is deleted after the new one is in place."""
    if place.exists() and not (place / MANIFEST).is_file() and any(place.iterdir()):
        raise Refused(f"`{place}` contains other files: choose an empty folder")
    aside = folder.parent / "before"
    try:
        if place.exists():
            place.replace(aside)
        folder.replace(place)
    except BaseException:
        if aside.exists():
            aside.replace(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)
