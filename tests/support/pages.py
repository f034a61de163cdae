"""What the pages of the documentation show: commands, files and outputs."""

from __future__ import annotations

import re
from pathlib import Path

from support.courses import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "course" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


def blocks(page: Path, language: str = "sh") -> list[str]:
    """Return the examples of a page in one language, in order."""
    text = page.read_text(encoding="utf-8")
    fenced = rf"^( *)```{language}\n(.*?)^\1```$"
    found = re.findall(fenced, text, re.DOTALL | re.MULTILINE)
    return [re.sub(f"^{margin}", "", code, flags=re.MULTILINE) for margin, code in found]


def inline_commands(page: Path) -> list[str]:
    """Return the commands of attachdeck that a page names in its sentences and examples."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`(attachdeck [^`\n]+)`", text)
    typed = re.findall(r"^ *(attachdeck [^#>\n]+)", "\n".join(blocks(page)), re.MULTILINE)
    return named + typed
