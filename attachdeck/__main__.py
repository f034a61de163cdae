"""`python -m attachdeck` is `attachdeck`."""

from attachdeck.cli import main

main()
