"""The command line: arguments to calls, results to exit codes. Each command is a file, imported
when it runs.

Exit status: 0 clean, 1 problems in the course or while writing, 2 wrong usage.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from importlib import import_module
from typing import Any

import click

from attachdeck import __version__
from attachdeck.cli.groups import Group

_COMMANDS = {
    "new": "Start a course, lesson or card, or add a picture or sound.",
    "import": "Turn a deck or a table into a course.",
    "build": "Compile a course into an Anki deck.",
    "check": "Check a course for errors.",
    "fmt": "Format a course's files and add missing card ids.",
    "preview": "Show a course in the browser and update it on every save.",
    "diff": "Show what changed between two releases.",
    "push": "Send a course to the Anki that is running.",
    "plan": "Simulate how long a course takes, day by day.",
    "map": "Print which lesson builds on which.",
    "release": "Make a release: test it in Anki, write notes and checksums.",
    "forget": "Accept that learners lose a card or deck.",
    "verify": "Test a package in Anki's own engine.",
    "translate": "Translate a course into another language.",
    "courses": "List the installed courses.",
    "rules": "List the card-quality rules and the errors.",
    "explain": "Explain a rule or an error.",
    "schema": "Print the schema of a course file.",
}


class _Commands(Group):
    """Commands that are imported when they run; `--help` needs only their first lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"attachdeck.cli.{cmd_name}").command
        return _documented(command)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        What the system refuses (a full disk, a folder that may not be read) is a message and no
        traceback.
        """
        try:
            return super().invoke(ctx)
        except (OSError, UnicodeEncodeError) as error:
            # Nobody reads any more: Click ends without a word.
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            from attachdeck.cli.terminal import fail

            fail(_refusal(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _documented(command: click.Command) -> click.Command:
    """Give a command its help where `python -OO` left it out, and return the command."""
    if sys.flags.optimize > 1:
        from attachdeck.system.docstrings import docstring

        command.help = docstring(command.callback) if command.callback else ""
        for part in command.commands.values() if isinstance(command, click.Group) else ():
            _documented(part)
    return command


def _refusal(error: OSError | UnicodeEncodeError) -> str:
    """Return what the system, or the encoding of names and texts, does not take."""
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}"
    # It comes from the command line, or is the name of a file; what is in files was looked through.
    near = (
        error.object[: error.start].rpartition("\n")[2][-30:]
        + error.object[error.start :].partition("\n")[0][:30]
    )
    return (
        f"`{near}` is not in UTF-8; type it again, or set a UTF-8 locale, such as `LC_ALL=C.UTF-8`"
    )


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  attachdeck new course my-course   a small course to start from
  attachdeck build                  the course here or in ./course
  attachdeck build attachment       the course that comes with attachdeck
  attachdeck build my-course -o my-deck.apkg
  attachdeck check my-course
  attachdeck preview my-course      see it in your browser
  attachdeck schema lesson          the keys that a lesson can have
""",
)
@click.version_option(__version__, message="attachdeck %(version)s")
def main() -> None:
    """Turn a course written in YAML into an Anki deck."""
    # A console that cannot show a character shows its code, and no traceback.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # https://no-color.org: any value but the empty one means no colour.
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


_documented(main)
