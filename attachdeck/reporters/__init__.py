"""One way to show diagnostics or changes per module."""

MACHINE_FORMATS = ("json", "github", "sarif", "junit")
"""How diagnostics can be said for machines; `machine.said` says them."""
