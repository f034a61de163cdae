"""`attachdeck release`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from attachdeck import pipeline
from attachdeck.cli import report
from attachdeck.cli.compiling import lost_lock_of
from attachdeck.cli.terminal import (
    course_folder,
    fail,
    no_engine,
    seconds_now,
    show,
    spare_own_files,
)
from attachdeck.compile.results import Checked, Compiled
from attachdeck.domain.diagnostics import Diagnostic, has_errors
from attachdeck.engine.collection import NoEngine
from attachdeck.engine.verify import NotImportable
from attachdeck.layers.courses import is_installed
from attachdeck.outputs import BrokenOutput
from attachdeck.release.bundle import Refused, Wanted, differences, release
from attachdeck.release.snapshots import NoSnapshot
from attachdeck.reporters.text import tally
from attachdeck.rules import for_release


@click.command(
    epilog="""\b
Examples:
  attachdeck release
  attachdeck release --from v1.0.0          the last release is a git tag
  attachdeck release --from last.apkg       also test the update in Anki
  attachdeck release --language es          release a translation
  attachdeck release --locked               for CI: never change course.lock
  attachdeck release --check manifest.json  compare with an earlier release
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "previous",
    default="",
    metavar="PREVIOUS",
    help="The last release: a package or a git revision.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/release"),
    show_default=True,
    help="The folder to write to.",
)
@click.option(
    "--language",
    default="",
    metavar="CODE",
    help="Release a translation of the course, such as `es`.",
)
@click.option(
    "--locked",
    is_flag=True,
    help="Fail if course.lock is not sealed for this release instead of sealing it.",
)
@click.option(
    "--check",
    "manifest",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Repeat the release and compare it with this manifest; write nothing.",
)
def command(
    course: Path | None,
    previous: str,
    output: Path,
    language: str,
    locked: bool,
    manifest: Path | None,
) -> None:
    """Make a release: check the course, test it in Anki's engine, write notes and checksums.

    attachdeck then seals course.lock: it records the release's version and time. Commit course.lock
    and tag that commit. The same command on that commit makes the same files again.
    SOURCE_DATE_EPOCH sets the time of the release.

    A release is refused if course.lock is out of date or not committed, if the version number is
    too small for the changes, or if learners would lose something. Needs the extra
    `attachdeck[verify]`.
    """
    folder = course_folder(course)
    spare_own_files(folder, output, "-o")
    checked = pipeline.check(folder, language, rules=report.rules())
    _refuse_errors(checked, lost_lock_of(checked, language, output, previous))
    compiled = pipeline.compiled(checked, 0)
    if compiled.refusals:
        show(compiled.refusals, checked.texts)
        fail(f"{tally(compiled.refusals)}; no release was made")
    wanted = Wanted(
        place=output,
        now=seconds_now(),
        previous=previous,
        language=language,
        locked=locked or manifest is not None or is_installed(course),
    )
    with _failures_printed():
        if manifest:
            _compare(folder, checked, compiled, wanted, manifest)
            return
        for line in release(folder, checked, compiled, wanted):
            click.echo(line)


@contextmanager
def _failures_printed() -> Iterator[None]:
    """Print why a release fails, and exit with 1, or with 2 where Anki's engine is missing."""
    try:
        yield
    except NoEngine:
        no_engine()
    except NoSnapshot as error:
        show(error.diagnostics, error.texts)
        fail(f"{error}; no release was made")
    except (Refused, NotImportable, BrokenOutput) as error:
        fail(f"{error}; no release was made")
    except OSError as error:
        fail(f"the release cannot be written: {error.strerror or error}; the last one is unchanged")


def _refuse_errors(checked: Checked, lost_lock: Diagnostic | None) -> None:
    """Print what is wrong with a course, and exit with 1 if a release would have errors."""
    diagnostics = [*checked.diagnostics, *([lost_lock] if lost_lock else ())]
    if checked.good:
        diagnostics = for_release(checked.good, diagnostics)
    diagnostics.sort(key=lambda diagnostic: diagnostic.at)
    show(diagnostics, checked.texts)
    if checked.course is None or has_errors(diagnostics):
        fail(f"{tally(diagnostics)}; no release was made")


def _compare(
    folder: Path, checked: Checked, compiled: Compiled, wanted: Wanted, manifest: Path
) -> None:
    """Make a release again, and exit with 1 where a byte of it is not as the manifest says."""
    with tempfile.TemporaryDirectory() as name:
        again = replace(wanted, place=Path(name) / "release")
        for _ in release(folder, checked, compiled, again):
            pass
        differing = differences(manifest, again.place)
    for line in differing:
        click.echo(line, err=True)
    click.echo("the files differ" if differing else "the files are identical")
    sys.exit(1 if differing else 0)
