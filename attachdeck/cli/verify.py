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
    help="Also play a learner of this older package who imports FILE.",
)
def command(package: Path, old: Path | None) -> None:
    """Let Anki's own engine judge a package.

    FILE is imported into an empty collection. With --upgrade-from, a learner of OLD reviews, edits,
    tags, suspends, flags, moves and deletes cards, and then imports FILE with the desktop's default
    options; each line says what became of what they did. The exit status is 1 if anything is lost
    that should be kept. Needs the extra `attachdeck[verify]`.
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
