"""Releases, snapshots of them, and what a release writes."""
