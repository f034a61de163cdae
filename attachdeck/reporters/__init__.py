"""Ways to show diagnostics, one a module."""
