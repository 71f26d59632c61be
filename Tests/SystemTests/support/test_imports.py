"""Tests import only from support, so that each can be moved, changed, and run without the others."""

import ast

from support.paths import TESTS

FILES = sorted(TESTS.rglob("*.py"))
# The names of the folders and modules here; a relative import begins with none.
OWN = {part for path in FILES for part in path.relative_to(TESTS).with_suffix("").parts} | {""}


def imported_names(path):
    """The dotted names that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def is_allowed(name):
    first, _, rest = name.partition(".")
    return first not in OWN or (first == "support" and not rest.startswith("test_"))


def test_tests_import_only_from_support():
    wrong = [
        f"{path.relative_to(TESTS)} imports {name}. Import from support alone: move a helper there, and a fixture to conftest.py."
        for path in FILES
        for name in imported_names(path)
        if not is_allowed(name)
    ]
    assert not wrong, "\n".join(wrong)
