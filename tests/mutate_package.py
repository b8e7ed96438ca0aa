"""Change the package in one place at a time, and see that its tests then fail.

    pip install mutmut
    python tests/mutate_package.py                     every such change (an hour of one core)
    python tests/mutate_package.py 'linebyline.losses*'  those of one module
    python tests/mutate_package.py --report            the last run once more

mutmut makes the changes: other signs, factors, numbers, comparisons, names, words in
messages, arguments left out. Three that matter here are added: a transpose left out, the
two sides of a matrix product swapped, two indices swapped. It works on a copy in
`_build/mutation`. A change that leaves every result as it was is no mistake: survivors
are printed to be read by a person, and the reviewed ones stand in `EQUIVALENT`.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / "_build" / "mutation"
MODULES = ("validation", "activations", "losses", "network", "gradcheck", "slips", "exercises", "display", "data")

# the new line of a survivor -> why no test can tell it from the old one
EQUIVALENT = {}


def drop_transpose(node):
    """`W.T` becomes `W`."""
    if node.attr.value == "T":
        yield node.value


def swap_factors(node):
    """`A @ B` becomes `B @ A`."""
    import libcst

    if isinstance(node.operator, libcst.MatrixMultiply):
        yield node.with_changes(left=node.right, right=node.left)


def swap_indices(node):
    """`a[i, j]` becomes `a[j, i]`."""
    if len(node.slice) == 2:
        first, second = node.slice
        yield node.with_changes(slice=[first.with_changes(slice=second.slice), second.with_changes(slice=first.slice)])


def copy_project():
    """Copy the package and its tests, and tell mutmut what to change and what to run."""
    shutil.rmtree(COPY, ignore_errors=True)
    without_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "linebyline", COPY / "src" / "linebyline", ignore=without_caches)
    (COPY / "tests").mkdir()
    for name in ("conftest.py", "exact.py", *(f"test_{module}.py" for module in MODULES)):
        shutil.copy(ROOT / "tests" / name, COPY / "tests")
    (COPY / "pyproject.toml").write_text(
        "[tool.mutmut]\n"
        'source_paths = ["src/linebyline"]\n'
        f"only_mutate = {json.dumps([f'src/linebyline/{module}.py' for module in MODULES])}\n"
        f"pytest_add_cli_args_test_selection = {json.dumps([f'tests/test_{module}.py' for module in MODULES])}\n"
        'pytest_add_cli_args = ["-q", "-p", "no:cacheprovider"]\n'
        "use_git_change_detection = false\n",
        encoding="utf-8",
    )


def changed_lines(name):
    """A mutant's old and new lines."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = [line for line in get_diff_for_mutant(name).splitlines() if not line.startswith(("+++", "---"))]
    return [" ".join("".join(line[1:] for line in lines if line[0] == sign).split()) for sign in "-+"]


def report():
    """Print every survivor and the share of the mutants that a test noticed; give the exit status."""
    killed, equivalent, survived = 0, 0, []
    for results in sorted((COPY / "mutants").rglob("*.py.meta")):
        for name, code in json.loads(results.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if code is None:
                continue
            if code:
                killed += 1
                continue
            old, new = changed_lines(name)
            if new in EQUIVALENT:
                equivalent += 1
                print(f"equivalent  {name}: {new}\n            {EQUIVALENT[new]}")
            else:
                survived.append(name)
                print(f"SURVIVED    {name}\n          - {old}\n          + {new}")
    share = killed / max(1, killed + len(survived))
    print(f"{killed} killed, {len(survived)} survived, {equivalent} equivalent: {share:.1%} of those that are not equivalent are killed")
    return 0 if share >= 0.95 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="mutants to try, as mutmut names them; * stands for anything")
    parser.add_argument("--children", type=int, default=1, help="how many at a time")
    parser.add_argument("--report", action="store_true", help="read the results of the last run")
    options = parser.parse_args()
    if not options.report:
        copy_project()
    os.chdir(COPY)
    if not options.report:
        import libcst
        from mutmut.__main__ import _run
        from mutmut.mutation.mutators import mutation_operators

        additions = [(libcst.Attribute, drop_transpose), (libcst.BinaryOperation, swap_factors), (libcst.Subscript, swap_indices)]
        mutation_operators.extend(additions)
        try:
            _run(options.names, options.children)
        except SystemExit as stopped:
            if stopped.code:
                raise
    return report()


if __name__ == "__main__":
    sys.exit(main())
