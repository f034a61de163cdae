"""Validated documents become the domain."""
