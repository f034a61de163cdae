"""The courses that are installed: packages name theirs under the entry point group `attachdeck.courses`."""

from __future__ import annotations

from pathlib import Path

GROUP = "attachdeck.courses"
HERE = Path("course")


def installed() -> dict[str, Path]:
    """The folder of each installed course, by the name that its package gave it.

    An entry point's value is an importable package whose folder holds `course.yaml`; its code is not run.
    """
    from importlib.metadata import entry_points

    found = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        folder = _folder(point.value)
        if folder is not None:
            found[point.name] = folder
    return found


def default() -> Path | None:
    """The course in this folder, else the one that came with attachdeck."""
    return HERE if (HERE / "course.yaml").is_file() else installed().get("attachment")


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
