"""The book's own rules: what every chapter must have, and what none may."""

import re

import nbformat
import pytest
from book import (
    CHAPTERS,
    NOTEBOOKS,
    NUMBERED,
    PAGES,
    cells,
    code,
    executed,
    headings,
    is_printed,
    long_numbers,
    markdown,
    outputs,
    printed,
    prose,
    slug,
    table_of_contents,
)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)

LONGEST_CELL = 14
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_every_page_is_in_the_table_of_contents_once():
    pages = sorted(f"chapters/{path.stem}" for path in PAGES)
    assert sorted(table_of_contents()) == pages


def test_chapters_come_in_the_order_of_their_numbers():
    numbers = [page for page in table_of_contents() if re.match(r"chapters/\d\d_", page)]
    assert numbers == sorted(numbers)
    assert len(NUMBERED) >= 14


@each_notebook
def test_notebook_is_stored_without_outputs(path):
    for cell in code(path):
        assert not cell.outputs and cell.execution_count is None, "clear the outputs before committing"
    assert "widgets" not in nbformat.read(path, as_version=4).metadata


@each_page
def test_page_has_one_title_and_skips_no_heading_level(path):
    levels = [level for level, _ in headings(path)]
    assert levels[:1] == [1] and levels.count(1) == 1, "one title, and it comes first"
    for before, after in zip(levels, levels[1:]):
        assert after <= before + 1, f"a heading of level {after} follows one of level {before}"


@each_page
def test_headings_of_a_page_have_different_anchors(path):
    slugs = [slug(title) for level, title in headings(path) if level <= 3]
    assert len(slugs) == len(set(slugs)), sorted(s for s in slugs if slugs.count(s) > 1)


@each_chapter
def test_title_carries_the_chapter_number(path):
    number = int(path.stem[:2])
    assert headings(path)[0][1].startswith(f"{number}. ")


@each_chapter
def test_chapter_follows_the_template(path):
    text = markdown(path)
    for promise in ("**What you'll do**", "**What you'll be able to do**", "**What you need**"):
        assert promise in text, f"{promise} is missing"
    titles = [title for level, title in headings(path) if level == 2]
    for section in ("Keep this", "Exercises", "In practice", "Further reading"):
        assert section in titles, f"the section '{section}' is missing"
    assert re.search(r"^> ", text, flags=re.M), "a chapter opens with a learner's question"


@each_chapter
def test_chapter_has_a_readable_length(path):
    words = len(prose(path).split())
    assert 1500 <= words <= 2500, f"{words} words"
    assert 15 <= len(code(path)) <= 25, f"{len(code(path))} code cells, exercises included"


@each_notebook
def test_cells_are_small(path):
    lengths = [len(cell.source.splitlines()) for cell in code(path)]
    assert max(lengths) <= LONGEST_CELL, f"cells of {[n for n in lengths if n > LONGEST_CELL]} lines"
    assert sum(lengths) / len(lengths) <= 7


@each_notebook
def test_code_fits_a_phone_without_endless_scrolling(path):
    for cell in code(path):
        for line in cell.source.splitlines():
            assert len(line) <= 120, line


@each_chapter
def test_exercises_are_checked_and_solved_by_code(path):
    all_cells = cells(path)
    found = 0
    for i, cell in enumerate(all_cells):
        if cell.cell_type != "markdown" or ":class: exercise" not in cell.source:
            continue
        assert cell.source.count(":class: exercise") == 1, "one exercise a cell, so that its answer cell follows it"
        found += 1
        title = re.search(r"\{admonition\} (Exercise (\d+)\.(\d+): \w+)", cell.source)
        assert title and int(title[2]) == int(path.stem[:2]) and int(title[3]) == found, cell.source[:80]
        following = [c for c in all_cells[i + 1 :] if c.cell_type == "code"][:2]
        assert "check" in following[0].source, f"{title[1]}: the next cell checks the answer"
        assert "hide-cell" in following[1].metadata.get("tags", []), f"{title[1]}: then comes a folded solution"
        assert "assert" in following[1].source, f"{title[1]}: whose code is run and checked"
    assert found >= 3


@each_notebook
def test_running_it_writes_nothing_to_stderr(path):
    for i, output in outputs(path):
        assert output.get("name") != "stderr", f"cell {i} wrote: {output.text[:300]}"


@each_notebook
def test_every_figure_is_inline_and_says_what_it_shows(path):
    figures = 0
    for i, output in outputs(path):
        data = output.get("data", {})
        assert "image/png" not in data, f"cell {i} shows a bare picture; end it with show_figure(ax, alt=...)"
        for svg in re.findall(r"<svg[^>]*>", data.get("text/html", "")):
            if "aria-hidden" not in svg:
                label = re.search(r'aria-label="([^"]*)"', svg)
                assert label and len(label[1].split()) >= 6, f"cell {i}: the alternative text says too little: {svg[:200]}"
                figures += 1
    assert figures >= (2 if path in NUMBERED[:13] else 1)


@each_page
def test_pictures_in_markdown_have_alternative_text(path):
    assert not re.findall(r"!\[\s*\]\(", markdown(path))


@each_notebook
def test_every_number_in_the_prose_is_printed_by_a_cell_of_the_chapter(path):
    text = printed(path)
    missing = [number for number in long_numbers(path) if not is_printed(number, text)]
    assert not missing, f"no cell prints {missing}"


@each_chapter
def test_it_makes_claims_that_can_fail(path):
    assert sum(cell.source.count("assert ") for cell in code(path)) >= 5


def test_labels_of_equations_are_unique_and_every_reference_has_one():
    labels, references = [], []
    for path in PAGES:
        labels += re.findall(r"\$\$\s*\(([\w-]+)\)", markdown(path))
        references += re.findall(r"\{eq\}`([\w-]+)`", markdown(path))
    assert len(labels) == len(set(labels)), sorted(label for label in labels if labels.count(label) > 1)
    assert set(references) <= set(labels), sorted(set(references) - set(labels))


def test_every_citation_is_in_the_bibliography_and_every_entry_is_cited():
    keys = set(re.findall(r"^@\w+\{(\w+),", (CHAPTERS / "references.bib").read_text(encoding="utf-8"), flags=re.M))
    cited = {key for path in PAGES for key in re.findall(r"\]\(references\.md#(\w+)\)", markdown(path))}
    assert cited <= keys, sorted(cited - keys)
    assert keys <= cited, f"never cited: {sorted(keys - cited)}"


@each_page
def test_links_to_other_pages_lead_to_headings_that_exist(path):
    for link in LINK.findall(markdown(path)):
        if re.match(r"[a-z]+:", link) or link.startswith("references.md#"):
            continue
        page, _, anchor = link.partition("#")
        aim = path.parent / page if page else path
        assert aim.exists(), f"{link}: there is no {aim.name}"
        if anchor:
            assert anchor in {slug(title) for _, title in headings(aim)}, f"{link}: there is no such heading in {aim.name}"


@each_page
def test_prose_avoids_words_that_shame_the_reader(path):
    found = re.findall(r"\b(?:simply|obviously|trivial(?:ly)?|of course|easily|clearly)\b", prose(path), flags=re.I)
    assert not found, found


def test_no_page_keeps_marks_that_only_some_readers_resolve():
    for path in PAGES:
        assert not re.findall(r"\{cite(?::\w)?\}`", markdown(path)), f"{path.name}: cite with a link to references.md#key"


def test_every_group_of_questions_is_on_the_page_of_questions():
    text = markdown(CHAPTERS / "questions.md")
    links = [link for link in LINK.findall(text) if ".ipynb#" in link]
    assert len(links) >= 35, f"only {len(links)} links into chapters"
    led_to = {link.partition("#")[0] for link in links}
    assert {path.name for path in NUMBERED[1:12]} <= led_to, sorted({path.name for path in NUMBERED[1:12]} - led_to)


def test_every_notebook_runs_to_its_end():
    for path in NOTEBOOKS:
        assert all(cell.execution_count for cell in executed(path).cells if cell.cell_type == "code" and cell.source.strip())
