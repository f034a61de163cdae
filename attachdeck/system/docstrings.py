"""Docstrings that people read: pages of rules, and the help of commands."""

from __future__ import annotations

import ast
from collections.abc import Callable
from textwrap import dedent
from types import ModuleType
from typing import Any


def docstring(documented: ModuleType | Callable[..., Any]) -> str:
    """Return a module's or a function's docstring, also under `python -OO`."""
    return documented.__doc__ or _from_source(documented)


def _from_source(documented: ModuleType | Callable[..., Any]) -> str:
    from inspect import getsource

    try:
        tree = ast.parse(dedent(getsource(documented)))
    except OSError:  # Only compiled files are here.
        return ""
    node = tree if isinstance(documented, ModuleType) else tree.body[0]
    if not isinstance(node, ast.Module | ast.FunctionDef):
        return ""
    return ast.get_docstring(node) or ""
