"""Files that are never torn: written beside their place, and then put there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Put a file's new content in its place, with the permissions that it had. Raises OSError when that fails; the old content is then untouched."""
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        written = Path(file.name)
        try:
            file.write(content)
            file.close()
            # A temporary file is private to its owner; this one is read by whoever reads the course.
            written.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


def _umask() -> int:
    """The process's mask for new files; Python can only read it by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
