"""What surrounds the book: workflows, the citation file, the lock, what Binder reads."""

import re
import subprocess
import sys
import tomllib

import pytest
from book import ROOT


def run(*command):
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("workflow", sorted(path.name for path in (ROOT / ".github" / "workflows").glob("*.yml")))
def test_workflow_fits_the_schema_of_github_workflows(workflow):
    done = run("check_jsonschema", "--builtin-schema", "vendor.github-workflows", f".github/workflows/{workflow}")
    assert done.returncode == 0, done.stdout


def test_citation_file_fits_its_schema():
    done = run("check_jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff")
    assert done.returncode == 0, done.stdout


def test_code_follows_the_linter():
    done = run("ruff", "check", "--quiet", "src", "tests", "site")
    assert done.returncode == 0, done.stdout


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked():
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.M))


def test_lock_holds_every_dependency_and_nothing_of_one_machine():
    groups = {name: group for name, group in project()["optional-dependencies"].items() if name != "mutation"}  # installed by `make mutate` alone
    named = [*project()["dependencies"], *(requirement for group in groups.values() for requirement in group)]
    for requirement in named:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)[0]
        assert name in locked(), f"{name} is not in requirements.txt: run make lock"
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"file:|find-links|index-url", text)


def test_jupyter_book_stays_below_2():
    assert int(locked()["jupyter-book"].split(".")[0]) == 1


def test_binder_gets_a_python_that_the_package_admits():
    version = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert project()["requires-python"] == ">=3.11" and tuple(map(int, version.split("."))) >= (3, 11)


def test_package_itself_pins_nothing_exactly():
    assert not [requirement for requirement in project()["dependencies"] if "==" in requirement]


def test_readme_names_the_two_commands_and_makefile_has_them():
    readme, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile"))
    for target in ("book", "test", "serve", "lab"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, flags=re.M)


def test_example_of_the_readme_runs_and_is_right():
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)[1]
    names = {}
    exec(example.replace("check(r", "report = check(r"), names)
    assert names["report"].ok, names["report"]
