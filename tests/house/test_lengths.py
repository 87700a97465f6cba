"""The tail is held by a tool: a limit is a question ("is this two things?")."""

from __future__ import annotations

import ast
from pathlib import Path

import aggregator

PACKAGE = Path(aggregator.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def functions() -> dict[str, int]:
    """Every function of the package with its length in lines, docstring left out."""
    found = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = node.end_lineno - node.lineno + 1
                if ast.get_docstring(node, clean=False) is not None:
                    length -= node.body[0].end_lineno - node.body[0].lineno + 1
                found[f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"] = length
    return found


def test_no_function_is_longer_than_60_lines():
    assert {name: length for name, length in functions().items() if length > 60} == {}


def test_nine_functions_in_ten_have_at_most_25_lines():
    lengths = sorted(functions().values())
    assert lengths[int(len(lengths) * 0.9)] <= 25


def test_no_file_is_longer_than_400_lines():
    lengths = {
        str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}
