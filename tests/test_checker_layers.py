"""The checker's parts import each other in one direction only, as its docstring says."""

import ast
from pathlib import Path

import pytest

import linebyline
from linebyline import checker

PACKAGE = Path(linebyline.__file__).parent
ORDER = [name.strip() for name in checker.__doc__.rsplit("::", 1)[1].split("<")]
PARTS = {path.stem: path for path in (PACKAGE / "checker").glob("*.py") if path.stem != "__init__"}


def imported(path):
    """Every module of the package that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}: write the import in full"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.startswith("linebyline")}


def test_the_docstring_orders_every_part():
    assert sorted(ORDER) == sorted(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_imports_only_parts_before_it(name):
    used = {module.split(".")[2] for module in imported(PARTS[name]) if module.count(".") >= 2 and module.startswith("linebyline.checker.")}
    assert used <= set(ORDER[: ORDER.index(name)])


@pytest.mark.parametrize("path", [p for p in PACKAGE.glob("*.py") if p.stem not in ("__init__", "__main__")], ids=lambda p: p.stem)
def test_nothing_below_knows_the_checker(path):
    assert not any(module.startswith("linebyline.checker") for module in imported(path))
