"""Ways to write a Deck, one a module.

Packages name theirs under the entry point group `attachdeck.outputs`.

`docs/reference/outputs.md` says what each carries, and how to write one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, cast

from attachdeck.compile.deck import Deck
from attachdeck.system.safe_write import folder_beside

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "attachdeck.outputs"
OWN = "attachdeck"

LISTING = ".attachdeck"
"""The file in a folder that an output made which lists what it wrote there.

All else in the folder is left alone.
"""


class NothingLeft(Exception):
    """An output can carry nothing of a course; `lost` lists what it would leave out."""

    def __init__(self, lost: Iterable[str]) -> None:
        self.lost = tuple(lost)
        super().__init__(", ".join(self.lost))


class Output(Protocol):
    """One way to write a deck: a module, or any object, with these two names."""

    SUFFIX: str
    """What follows the deck's name in the default name of the file or folder, such as `.csv`."""

    def write(self, deck: Deck, place: Path) -> Iterable[str] | None:
        """Write a file or a folder at `place`, where nothing is yet.

        Return what could not be carried, a line each. The same deck gives the same bytes. Raise
        OSError when it cannot be written, and NothingLeft when it would be empty.
        """


class UnknownOutput(Exception):
    """There is no output of this name; the message lists those that are known."""


class BrokenOutput(Exception):
    """An output of another package cannot be loaded, or fails."""


def known() -> dict[str, EntryPoint]:
    """Return the outputs that are installed, by name.

    No package can take a name of attachdeck's own.
    """
    from importlib.metadata import entry_points

    points = sorted(
        entry_points(group=GROUP), key=lambda point: (_is_own(point), point.name, point.value)
    )
    return {
        point.name: point
        for point in sorted(
            {point.name: point for point in points}.values(),
            key=lambda point: (not _is_own(point), point.name),
        )
    }


def find(name: str) -> Output:
    """Return the output of this name; raise UnknownOutput or BrokenOutput."""
    # The one that is wanted most; looking through all installed packages for it takes longer than
    # to import it.
    if name == "apkg":
        from attachdeck.outputs import apkg

        return apkg
    point = known().get(name)
    if point is None:
        raise UnknownOutput(
            f"there is no output `{name}`; "
            f"the outputs are {', '.join(known()) or 'none: install attachdeck again'}"
        )
    try:
        output = point.load()
    except Exception as error:  # The code of a stranger.
        if _is_own(point):
            raise
        raise BrokenOutput(
            f"the output `{name}` ({point.value}) cannot be loaded: {error}"
        ) from error
    if not isinstance(getattr(output, "SUFFIX", None), str) or not callable(
        getattr(output, "write", None)
    ):
        raise BrokenOutput(
            f"the output `{name}` ({point.value}) is incomplete: "
            "it needs `SUFFIX` and `write` (see docs/develop/writing-an-output.md)"
        )
    return output if _is_own(point) else _Foreign(name, cast(Output, output))


def put(output: Output, deck: Deck, path: Path) -> tuple[str, ...]:
    """Write a deck beside its place and then move it there: if that fails, the last one stays
    whole.

    Return what could not be carried, a line each. Raise OSError when it cannot be written,
    BrokenOutput, and NothingLeft.
    A folder that is there already is only written to where an output made it, or where it is empty;
    in it only the output's files are touched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_beside(path) as folder:
        place = folder / path.name
        remarks = tuple(output.write(deck, place) or ())
        if place.is_dir():
            _put_folder(place, path)
        elif path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        else:
            place.replace(path)
    return remarks


class _Foreign:
    """An output of another package, whose failures are messages and not ours."""

    def __init__(self, name: str, output: Output) -> None:
        self.name = name
        self.output = output
        self.SUFFIX = output.SUFFIX

    def write(self, deck: Deck, place: Path) -> Iterable[str] | None:
        try:
            remarks = [str(remark) for remark in self.output.write(deck, place) or ()]
        except (OSError, NothingLeft):
            raise
        except Exception as error:
            raise BrokenOutput(f"the output `{self.name}` failed: {error}") from error
        if not place.exists():
            raise BrokenOutput(f"the output `{self.name}` wrote nothing")
        return remarks


def _is_own(point: EntryPoint) -> bool:
    return point.dist is not None and point.dist.name == OWN


def _put_folder(new: Path, path: Path) -> None:
    """Move the files of a new folder to their place, and delete what the last output left there."""
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} is a file, but this output is a folder")
    path.mkdir(exist_ok=True)
    before = _listed(path)
    names = {file.relative_to(new).as_posix() for file in new.rglob("*") if file.is_file()}
    _list(path, before | names)
    # Files in folders first: what stands at the top refers to them.
    for name in sorted(names, key=lambda name: (-name.count("/"), name)):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (new / name).replace(target)
    for name in before - names:
        (path / name).unlink(missing_ok=True)
    _list(path, names)


def _listed(path: Path) -> set[str]:
    """Return what an output wrote here the last time.

    Raise OSError where the folder has other files and no listing.
    """
    listing = path / LISTING
    if not listing.is_file():
        if any(path.iterdir()):
            raise FileExistsError(
                f"the folder {path} contains files that attachdeck did not write: "
                "name an empty or new folder"
            )
        return set()
    return {
        name for name in listing.read_text(encoding="utf-8").splitlines() if _is_inside(name, path)
    }


def _list(path: Path, names: set[str]) -> None:
    """Write down in a folder which of its files an output wrote."""
    (path / LISTING).write_text(
        "".join(f"{name}\n" for name in sorted(names)), encoding="utf-8", newline="\n"
    )


def _is_inside(name: str, folder: Path) -> bool:
    """Return whether a name in a listing is that of a file in the folder.

    Anybody may have written the listing.
    """
    pure = PurePosixPath(name)
    return (
        bool(name)
        and not pure.is_absolute()
        and ".." not in pure.parts
        and (folder / name).resolve().is_relative_to(folder.resolve())
    )
