"""attachdeck turns a course written in YAML into an Anki deck."""

__version__ = "0.1.0"
