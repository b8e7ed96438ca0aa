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
_ONE_LETTER = "a dtype's kind is one letter, and none is X"
_NO_COPY = "decides only whether an array is copied"
_DOUBLE = "None means float64"
EQUIVALENT = {
    'if array.dtype.kind in "XXiubXX" and isinstance(value, (np.ndarray, np.generic)):': _ONE_LETTER,
    'if array.dtype.kind not in "XXiubfcXX":': _ONE_LETTER,
    "array = array.astype(np.complex128, copy=None)": _NO_COPY,
    "array = array.astype(np.complex128, )": _NO_COPY,
    "array = array.astype(np.complex128, copy=True)": _NO_COPY,
    "array = array.astype(np.float64, copy=None)": _NO_COPY,
    "array = array.astype(None, copy=False)": _DOUBLE,
    'x, step = as_finite("x", x).astype(None), _step(step)': _DOUBLE,
    "off = sums[np.abs(sums - 1) >= tolerance]": "no sum of floats is one plus exactly 1e-6 or 1e-4: neither is a binary fraction",
    "top = np.take_along_axis(net, np.argmax(net.real, axis=-1)[..., np.newaxis], )": "the last axis is the default",
    "return 2 * np.where(half.real >= lowest, half, lowest)": "where half is the lowest float both branches are it",
    'figure.savefig(buffer, format="SVG")': "matplotlib takes either case",
    'svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.rindex("<svg") :], flags=re.S)': "a picture has one svg element",
    "drawn, handle = -2, None": "any number below 0 says that nothing is drawn yet",
    "return bool((np.abs(a - b) < rtol * size + 1e-9 * size.max(initial=0) + 1e-15).all())": "differs only on a bound that rounding blurs",
    "return -target / np.where(out.real == 0, 2, out)": "where the share is 0 the target is 0, or the door has refused it",
    "return np.where(impossible, -np.inf, factor * np.log(np.where(value.real == 0, 2, value)))": "its factor is 0, or the result is not used",
    "positive = net.real > 0": "both forms are the same at 0",
    "positive = net.real >= 1": "both forms are the same between 0 and 1; they part where exp overflows",
    "rows = slice(None) if batch_size is None else rng.choice(len(x), batch_size, replace=None)": "None is as false as False",
    'digits = text.lower().split("e")[0].lstrip("XX+-XX").replace(".", "").lstrip("0")': "no number is written with an X",
    'digits = text.lower().split("e")[0].lstrip("+-").replace(".", "").lstrip("XX0XX")': "no number is written with an X",
}


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
