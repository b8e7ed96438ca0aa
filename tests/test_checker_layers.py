"""The checker's parts import each other in one direction only, as its docstring says."""

import ast
from pathlib import Path

import pytest

import linebyline
from linebyline import checker

PACKAGE = Path(linebyline.__file__).parent
ROOMS = [line.strip().rpartition(": ") for line in checker.__doc__.rsplit("::", 1)[1].strip().splitlines()]
ORDER = [f"{room}.{part}".strip(".") for room, _, parts in ROOMS for part in parts.split(" < ")]
PARTS = {
    ".".join(path.relative_to(PACKAGE / "checker").with_suffix("").parts): path
    for path in (PACKAGE / "checker").rglob("*.py")
    if path.stem != "__init__"
}


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
    used = {module.removeprefix("linebyline.checker.") for module in imported(PARTS[name])} & set(ORDER)
    assert used <= set(ORDER[: ORDER.index(name)])


@pytest.mark.parametrize("path", [p for p in PACKAGE.glob("*.py") if p.stem not in ("__init__", "__main__")], ids=lambda p: p.stem)
def test_nothing_below_knows_the_checker(path):
    assert not any(module.startswith("linebyline.checker") for module in imported(path))
