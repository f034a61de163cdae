"""The documentation as a site: `make docs`. Every page also reads by itself, on GitHub too."""

from __future__ import annotations

from typing import Any

project = "attachdeck"
author = "The attachdeck authors"
extensions = ["myst_parser"]
exclude_patterns = ["README.md"]
html_theme = "furo"
html_title = "attachdeck"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["pictures.css"]
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#00695c",
        "color-brand-content": "#00695c",
        "color-code-background": "#f3f5f4",
    },
    "dark_css_variables": {"color-brand-primary": "#80cbc4", "color-brand-content": "#80cbc4"},
}
myst_heading_anchors = 4
pygments_style = "xcode"
suppress_warnings = ["misc.highlighting_failure"]  # An example may show what is not YAML.

CONTENTS = {
    "Learn": ["learn/studying"],
    "Teach": [
        "teach/first-hour",
        "teach/cards",
        "teach/preview",
        "teach/pictures-and-sounds",
        "teach/tables-and-formulas",
        "teach/variants",
        "teach/mixed-reviews",
        "teach/tests",
        "teach/right-to-left",
        "teach/spreadsheets",
        "teach/importing",
        "teach/two-authors",
        "teach/planning",
        "teach/extending",
        "teach/translating",
        "teach/troubleshooting",
    ],
    "Release": ["release/releasing", "release/ci", "release/reproducible", "release/security"],
    "Look up": [
        "reference/commands",
        "reference/course-format",
        "reference/rules",
        "reference/errors",
        "reference/outputs",
        "reference/note-types",
        "reference/glossary",
    ],
    "Understand": [
        "explain/updates",
        "explain/identities",
        "explain/compiling",
        "explain/performance",
    ],
    "Work on attachdeck": ["develop/developers", "develop/writing-an-output"],
}
"""The pages by their readers, in the order of the navigation."""


def add_contents(_app: Any, name: str, source: list[str]) -> None:
    """Add the navigation to the first page, whose text stays plain Markdown."""
    if name == "index":
        for caption, pages in CONTENTS.items():
            lines = [":hidden:", f":caption: {caption}", "", *pages]
            source[0] += "\n```{toctree}\n" + "\n".join(lines) + "\n```\n"


def setup(app: Any) -> None:
    """Sphinx calls this when it begins."""
    app.connect("source-read", add_contents)
