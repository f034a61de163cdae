"""What the add-on does to a collection, with the file that an author builds."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from attachdeck.cli import main
from support.courses import Author

if TYPE_CHECKING:
    from anki.collection import Collection


def packed(author: Author) -> Path:
    """Build the course as it is now as an add-on."""
    file = author.course.parent / f"course-{author.now}.ankiaddon"
    result = CliRunner(env={"SOURCE_DATE_EPOCH": str(author.now)}).invoke(
        main, ["build", str(author.course), "--locked", "--to", "addon", "-o", str(file)]
    )
    assert result.exit_code == 0, result.output
    return file


def unpacked(author: Author) -> Path:
    """Build the course as it is now as an add-on; the folder that Anki would make of it."""
    file = packed(author)
    with zipfile.ZipFile(file) as package:
        package.extractall(file.with_suffix(""))
    return file.with_suffix("")


def update(collection: Collection, folder: Path, backups: str = "") -> Any:
    """Update a collection as the add-on does; what was done."""
    from attachdeck.addon.update import apply

    course = json.loads((folder / "course.json").read_text(encoding="utf-8"))
    done, _ = apply(collection, folder / "deck.apkg", course, backups)
    return done
