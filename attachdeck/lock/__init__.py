"""Stable identities across releases: ids, `course.lock`, and what would harm learners."""
