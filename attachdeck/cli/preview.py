"""`attachdeck preview`."""

from __future__ import annotations

import re
import webbrowser
from pathlib import Path

import click

from attachdeck.cli import report
from attachdeck.cli.terminal import course_folder, fail
from attachdeck.preview.server import Preview

_EDITOR = "vscode://file{path}:{line}:{column}"
_RUNS_SCRIPTS = ("javascript", "data", "vbscript", "blob")


def _checked_editor(_context: click.Context, _parameter: click.Parameter, address: str) -> str:
    """Return the address that opens an editor, or nothing where none is wanted."""
    if address == "off":
        return ""
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
    if not scheme or scheme[1].lower() in _RUNS_SCRIPTS or "{path}" not in address:
        raise click.BadParameter(
            f"`{address}` is not an address with {{path}} in it: write one like `{_EDITOR}`"
        )
    return address


@click.command(
    epilog="""\b
Examples:
  attachdeck preview
  attachdeck preview my-course --no-browser --port 8000
"""
)
@click.argument("course", required=False, type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port to use.  [default: a free one]",
)
@click.option(
    "--no-browser", is_flag=True, help="Print the page's address without opening a browser."
)
@click.option(
    "--editor",
    metavar="ADDRESS",
    default=_EDITOR,
    envvar="ATTACHDECK_EDITOR",
    callback=_checked_editor,
    help=(
        "The address that a click on a place in a file opens, with {path}, {line} and {column}; "
        f"`off` turns it off.  [default: {_EDITOR}]"
    ),
)
@report.jobs
def command(course: Path | None, port: int, no_browser: bool, editor: str, jobs: int) -> None:
    """Show a course in the browser as learners see it, and update it on every save.

    COURSE is the folder that contains course.yaml. Only this computer can open the page. Press
    Ctrl-C to stop.
    """
    folder = course_folder(course)

    try:
        preview = Preview(folder, port, jobs=jobs, editor=editor)
    except OSError as error:
        fail(
            f"port {port} cannot be used: {error.strerror or error}; leave --port out to use a "
            "free port"
        )
    click.echo(f"{folder} is shown at {preview.url} (press Ctrl-C to stop)")
    if not no_browser:
        webbrowser.open(preview.url)
    try:
        preview.run()
    except KeyboardInterrupt:
        click.echo()
