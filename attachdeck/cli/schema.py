"""`attachdeck schema`."""

from __future__ import annotations

import click

from attachdeck import schema


@click.command(
    epilog="""\b
Examples:
  attachdeck schema                 the names
  attachdeck schema lesson          the schema, as JSON
  attachdeck schema lesson > lesson.schema.json
"""
)
@click.argument("name", required=False, type=click.Choice([*schema.NAMES, *schema.REPORTS]))
def command(name: str | None) -> None:
    """Show what belongs into a course's files: the JSON Schema that NAME is held against; or
    `diagnostics`, what `--format json` writes.

    Editors use the schemas for completion and hover text; without NAME, their names are listed.
    """
    if name:
        click.echo(schema.schema_text(name), nl=False)
    else:
        click.echo("\n".join([*schema.NAMES, *schema.REPORTS]))
