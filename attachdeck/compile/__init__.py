"""Lessons become notes, and notes and the lock become a deck."""
