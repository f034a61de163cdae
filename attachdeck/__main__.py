"""Where the program begins.

What can be answered at once is, before a hundred modules are imported.
"""

from __future__ import annotations

import os
import sys

from attachdeck import __version__


def main() -> None:
    """`attachdeck`, and `python -m attachdeck`."""
    _open_streams()
    try:
        return _main(sys.argv[1:])
    except KeyboardInterrupt:  # While modules were imported; later Click says so.
        sys.exit("Aborted!")
    except MemoryError:
        pass  # What fills it goes with the traceback: here there is not even enough left to say so.
    sys.exit("error: there is not enough memory for this; what was there is unchanged")


def _open_streams() -> None:
    """Open streams that lead nowhere where the program was started without (`2>&-`, `pythonw`).

    Otherwise a file of ours would come in their place.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # They stay open until the end.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _main(arguments: list[str]) -> None:
    if arguments == ["--version"]:
        print(f"attachdeck {__version__}")  # noqa: T201
        return
    from attachdeck import cli

    cli.main()


if __name__ == "__main__":
    main()
