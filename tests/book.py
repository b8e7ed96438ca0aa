"""Read the chapters as the tests need them: cells, prose, equations, executed outputs."""

import hashlib
import re
from functools import cache
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
CHAPTERS = ROOT / "chapters"
NOTEBOOKS = sorted(CHAPTERS.glob("[0-9]*.ipynb"))
NUMBERED = [path for path in NOTEBOOKS if not path.name.startswith("00_")]
PAGES = [*NOTEBOOKS, *sorted(CHAPTERS.glob("*.md"))]


@cache
def cells(path):
    """The cells of a notebook; a Markdown page is one cell of Markdown."""
    if path.suffix == ".md":
        return [nbformat.v4.new_markdown_cell(path.read_text(encoding="utf-8"))]
    return nbformat.read(path, as_version=4).cells


def code(path):
    """Its code cells."""
    return [cell for cell in cells(path) if cell.cell_type == "code"]


def markdown(path):
    """Its Markdown, as one text."""
    return "\n\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")


def prose(path):
    """Its Markdown without equations, code, directive lines, roles and addresses."""
    text = re.sub(r"\$\$.*?\$\$(?:\s*\([\w-]+\))?", " ", markdown(path), flags=re.S)
    text = re.sub(r"\$[^$]*\$", " ", text)
    return _without_markup(text)


def headings(path):
    """Pairs of level and text."""
    text = re.sub(r"^```.*?^```", "", markdown(path), flags=re.S | re.M)
    return [(len(marks), title.strip()) for marks, title in re.findall(r"^(#+)\s+(.*)$", text, flags=re.M)]


def slug(title):
    """The anchor that a heading gets."""
    plain = re.sub(r"[`*$]|\{[a-z]+\}", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def table_of_contents():
    """Every page that `_toc.yml` names, without ending, in order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(page["file"] for part in toc["parts"] for page in part["chapters"])]


@cache
def executed(path):
    """The notebook after a run from top to bottom; kept in `_build/executed` until it or the package changes."""
    digest = hashlib.sha256(path.read_bytes())
    for source in sorted((ROOT / "src").rglob("*")):
        if source.suffix in (".py", ".js", ".css", ".npz"):
            digest.update(source.read_bytes())
    kept = ROOT / "_build" / "executed" / f"{path.stem}-{digest.hexdigest()[:16]}.ipynb"
    if kept.exists():
        return nbformat.read(kept, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"{path.stem}-*.ipynb"):
        old.unlink()
    nbformat.write(notebook, kept)
    return notebook


def outputs(path):
    """Every output of the executed notebook, with the number of its cell."""
    return [(i, output) for i, cell in enumerate(executed(path).cells) if cell.cell_type == "code" for output in cell.outputs]


def printed(path):
    """Everything its cells print or show, as text: what a reader of the page can see."""
    parts = []
    for _, output in outputs(path):
        data = output.get("data", {})
        parts += [output.get("text", ""), data.get("text/plain", ""), re.sub(r"<[^>]*>", " ", data.get("text/html", ""))]
    return "\n".join(parts)


NUMBER = re.compile(r"(?<![\w.,^_{/-])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w}]|\.\d)")


def long_numbers(path):
    """Every number of three or more significant digits in its prose and equations, as typed."""
    text = _without_thousands(_without_markup(markdown(path)).replace("\u2212", "-"))
    text = re.sub(r"\s*\\(?:times|cdot)\s*10\^\{(-?\d+)\}", r"e\1", text)
    return [match for match in NUMBER.findall(text) if _digits(match) >= 3 and not re.fullmatch(r"(?:19|20)\d\d", match)]


def is_printed(number, text):
    """Whether a cell printed this number with these digits (or the same number with a sign or another exponent)."""
    bare, text = number.lstrip("+-"), _without_thousands(text)
    if re.search(rf"(?<![\d.]){re.escape(bare)}(?![\d])", text):
        return True
    value, digits = abs(float(number)), _digits(number)
    return any(
        _digits(match) == digits and abs(abs(float(match)) - value) <= 1e-12 * value
        for match in re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)
        if float(match)
    )


def _digits(number):
    return len(number.lower().split("e")[0].lstrip("+-").replace(".", "").lstrip("0"))


def _without_thousands(text):
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def _without_markup(text):
    text = re.sub(r"^```.*$", " ", text, flags=re.M)
    text = re.sub(r"^:[a-z-]+:.*$", " ", text, flags=re.M)
    text = re.sub(r"\{[a-z:]+\}`[^`]*`", " ", text)
    text = re.sub(r"\]\([^)]*\)", "] ", text)
    return re.sub(r"https?://\S+", " ", text)
