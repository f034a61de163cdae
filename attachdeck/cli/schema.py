"""`attachdeck schema`."""

from __future__ import annotations

import click

from attachdeck import schema


@click.command(
    epilog="""\b
Examples:
  attachdeck schema                 list the names
  attachdeck schema lesson          print one schema as JSON
  attachdeck schema lesson > lesson.schema.json
"""
)
@click.argument(
    "name", metavar="[NAME]", required=False, type=click.Choice([*schema.NAMES, *schema.REPORTS])
)
def command(name: str | None) -> None:
    """Print the JSON Schema of a course file; without NAME, list the names.

    Editors use these schemas for completion and help. `diagnostics` describes the report that
    `--format json` writes.
    """
    if name:
        click.echo(schema.schema_text(name), nl=False)
    else:
        click.echo("\n".join([*schema.NAMES, *schema.REPORTS]))
