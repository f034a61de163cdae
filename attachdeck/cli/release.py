"""`attachdeck release`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli.report import lint_of
from attachdeck.cli.terminal import course_folder, fail, no_engine, show, spare_own_files
from attachdeck.diagnostics import Severity
from attachdeck.engine import NoEngine
from attachdeck.outputs import BrokenOutput
from attachdeck.release import Refused, differences, release
from attachdeck.reporters.text import tally
from attachdeck.snapshots import NoSnapshot
from attachdeck.verify import NotImportable


@click.command(
    epilog="""\b
Examples:
  attachdeck release
  attachdeck release my-course --from v1.0.0          the last release is a git tag
  attachdeck release my-course --from last.apkg       or its package: then Anki judges the update, too
  attachdeck release my-course --check manifest.json  make it again: are the bytes the same?
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "previous",
    default="",
    metavar="PREVIOUS",
    help="The last release: its package, or a git revision.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/release"),
    show_default=True,
    help="The folder to write.",
)
@click.option(
    "--check",
    "manifest",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Make the release again and compare with this manifest; write nothing.",
)
def command(course: Path | None, previous: str, output: Path, manifest: Path | None) -> None:
    """Make a release of a course: checked, judged by Anki's own engine, with notes and sums.

    Refuses a lock that is stale or not committed, a version number that is too small for what changed, and whatever would harm learners.
    Needs the extra `attachdeck[verify]`.
    """
    folder = course_folder(course)
    spare_own_files(folder, output, "-o")
    checked = pipeline.check(folder)
    diagnostics = sorted(
        (*checked.diagnostics, *lint_of(checked, release=True)), key=lambda each: each.at
    )
    show(diagnostics, checked.texts)
    if checked.course is None or any(each.severity is Severity.ERROR for each in diagnostics):
        fail(f"{tally(diagnostics)}; there is no release")
    compiled = pipeline.compiled(checked, 0)
    try:
        if manifest:
            _compare(folder, compiled, previous, manifest)
            return
        for line in release(folder, compiled, output, previous):
            click.echo(line)
    except NoEngine:
        no_engine()
    except NoSnapshot as error:
        show(error.diagnostics, error.texts)
        fail(f"{error}; there is no release")
    except (Refused, NotImportable, BrokenOutput) as error:
        fail(f"{error}; there is no release")
    except OSError as error:
        fail(f"the release cannot be written: {error.strerror or error}; the last one is unchanged")


def _compare(folder: Path, compiled: pipeline.Compiled, previous: str, manifest: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "release"
        for _ in release(folder, compiled, place, previous):
            pass
        found = differences(manifest, place)
    for line in found:
        click.echo(line, err=True)
    click.echo("the bytes differ" if found else "the same bytes")
    sys.exit(1 if found else 0)
