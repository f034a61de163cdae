"""Ways to show diagnostics, changes or a plan, one a module."""

MACHINE_FORMATS = ("json", "github", "sarif", "junit")
"""The formats of diagnostics for machines, which `machine.said` returns."""
