"""What Anki shows and how: note types, templates, gaps, markup, and what makes HTML safe."""
