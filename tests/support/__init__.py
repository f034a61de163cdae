"""Hold what several test modules share; fixtures are in conftest.py."""

from pathlib import Path

import pytest

# A failed assert in one of the modules says what was compared.
pytest.register_assert_rewrite(
    *(f"support.{path.stem}" for path in Path(__file__).parent.glob("*.py"))
)
