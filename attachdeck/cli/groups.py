"""Groups of commands that know what a misspelt command was meant to be."""

from __future__ import annotations

import click

_OTHER_WORDS = {
    "compile": "build",
    "create": "new",
    "export": "build",
    "format": "fmt",
    "init": "new",
    "lint": "check",
    "make": "build",
    "serve": "preview",
    "validate": "check",
}
"""What people call commands that have another name here."""


class Group(click.Group):
    """A group that proposes the nearest command for a misspelt one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command to run. Exit with 2 where there is none of that name."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            ctx.fail(_no_command(args[0], names))
        return super().resolve_command(ctx, args)


def _no_command(name: str, names: list[str]) -> str:
    from attachdeck.domain.diagnostics import did_you_mean

    command = _OTHER_WORDS.get(name.lower())
    help = f"did you mean `{command}`?" if command in names else did_you_mean(name, names)
    return f"there is no command `{name}`; {help or 'the commands are ' + ', '.join(names)}"
