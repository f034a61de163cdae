"""The JSON Schemas of a course's files: validating documents, and explaining errors to authors."""

from attachdeck.schema.finding import broken_files, check, own_documents, problems
from attachdeck.schema.ids import missing_ids
from attachdeck.schema.loading import NAMES, REPORTS, accepts, schema_text

__all__ = [
    "NAMES",
    "REPORTS",
    "accepts",
    "broken_files",
    "check",
    "missing_ids",
    "own_documents",
    "problems",
    "schema_text",
]
