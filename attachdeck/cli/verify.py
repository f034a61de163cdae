"""`attachdeck verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from attachdeck.cli.terminal import fail, no_engine, styled
from attachdeck.engine.collection import NoEngine
from attachdeck.engine.verify import Fate, Finding, NotImportable, verify_apart
from attachdeck.reporters.text import printable

_STYLE = {
    Fate.GOOD: "help",
    Fate.REPLACED: "warning",
    Fate.KNOWN: "warning",
    Fate.LOST: "error",
}
_PACKAGE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  attachdeck verify build/my-deck.apkg
  attachdeck verify build/my-deck.apkg --upgrade-from last-release.apkg
"""
)
@click.argument("package", metavar="FILE", type=_PACKAGE)
@click.option(
    "--upgrade-from",
    "old",
    metavar="OLD",
    type=_PACKAGE,
    help="Also test the update from this older package.",
)
def command(package: Path, old: Path | None) -> None:
    """Test a package in Anki's own engine.

    attachdeck imports FILE into an empty collection. With --upgrade-from, it simulates a learner
    of OLD who reviews, edits, tags, suspends, flags, moves and deletes cards, then imports FILE
    with Anki's default options. Each line shows what happened to their work. The exit code is 1 if
    something is lost. Needs the extra `attachdeck[verify]`.
    """
    try:
        findings = verify_apart(package, old)
    except NoEngine:
        no_engine()
    except NotImportable as error:
        fail(str(error))
    for finding in findings:
        click.echo(_line(finding))
    sys.exit(any(finding.fate is Fate.LOST for finding in findings))


def _line(finding: Finding) -> str:
    names = (
        f": {', '.join(finding.cards[:10])}{' …' if len(finding.cards) > 10 else ''}"
        if finding.fate is not Fate.GOOD and finding.cards
        else ""
    )
    fate = styled(f"{finding.fate.value:9}", _STYLE[finding.fate])
    return fate + printable(f"{finding.subject:16}{finding.message}{names}")
