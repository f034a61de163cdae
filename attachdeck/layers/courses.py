"""Courses by name and by folder: those that packages install, and those here."""

from __future__ import annotations

from pathlib import Path

GROUP = "attachdeck.courses"
HERE = (Path("course"), Path())
"""Folders that are searched for a course of one's own when no course is named."""


def installed() -> dict[str, Path]:
    """Return the folder of each installed course, by the name that its package gave it.

    An entry point's value is an importable package whose folder holds `course.yaml`; its code is
    not run.
    """
    from importlib.metadata import entry_points

    folders = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        folder = _folder(point.value)
        if folder is not None:
            folders[point.name] = folder
    return folders


def own() -> Path | None:
    """Return the folder of the course that is here, or None."""
    return next((folder for folder in HERE if (folder / "course.yaml").is_file()), None)


def around(place: Path) -> Path | None:
    """Return the folder of the course that a file or a folder is in, or None."""
    folders = place.absolute().parents
    return next((folder for folder in folders if (folder / "course.yaml").is_file()), None)


def below(place: Path) -> list[Path]:
    """Return the courses in the folders directly below one, as paths from there."""
    try:
        return sorted(path.parent.relative_to(place) for path in place.glob("*/course.yaml"))
    except OSError:  # A folder that may not be read has nothing to offer.
        return []


def is_installed(given: Path | None) -> bool:
    """Return whether a course was given by its installed name; such a course is never written."""
    return given is not None and not given.exists()


def _folder(package: str) -> Path | None:
    import importlib.util

    parent, _, name = package.rpartition(".")
    spec = importlib.util.find_spec(parent or name)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location, name) if parent else Path(location)
        if (folder / "course.yaml").is_file():
            return folder
        # An editable install has the course where its checkout has it.
        beside = Path(location).parent / name.lstrip("_")
        if parent and (beside / "course.yaml").is_file():
            return beside
    return None
