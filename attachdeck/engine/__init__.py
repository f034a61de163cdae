"""All that runs a real Anki: its engine, the verification of packages, planning, and AnkiConnect."""
