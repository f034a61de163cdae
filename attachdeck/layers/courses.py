"""The courses that are installed: packages name theirs under the entry point group
`attachdeck.courses`."""

from __future__ import annotations

from pathlib import Path

GROUP = "attachdeck.courses"
HERE = (Path("course"), Path())
"""Where a course of one's own lies that nobody names: in the folder `course`, or in this one."""


def installed() -> dict[str, Path]:
    """Return the folder of each installed course, by the name that its package gave it.

    An entry point's value is an importable package whose folder holds `course.yaml`; its code is
    not run.
    """
    from importlib.metadata import entry_points

    found = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        folder = _folder(point.value)
        if folder is not None:
            found[point.name] = folder
    return found


def own() -> Path | None:
    """Return the course that lies here."""
    return next((each for each in HERE if (each / "course.yaml").is_file()), None)


def around(place: Path) -> Path | None:
    """Return the course that a file or a folder lies in."""
    return next(
        (each for each in place.absolute().parents if (each / "course.yaml").is_file()), None
    )


def below(place: Path) -> list[Path]:
    """Return the courses in the folders directly below one, as paths from there."""
    try:
        return sorted(path.parent.relative_to(place) for path in place.glob("*/course.yaml"))
    except OSError:  # A folder that may not be read has nothing to offer.
        return []


def is_installed(given: Path | None) -> bool:
    """Return whether a course was named by its installed name: its publisher's, never written
    to."""
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
