"""All that runs a real Anki: its engine, verifying packages, planning, and AnkiConnect."""
