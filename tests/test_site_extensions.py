"""The extensions that build the static site, tried without a browser."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "site"))

pytest.importorskip("sphinx")
import book_search  # noqa: E402
import chapter_numbers  # noqa: E402
import check_pages  # noqa: E402
import exercise_memory  # noqa: E402
import live_figures  # noqa: E402
import offline_site  # noqa: E402
import page_metadata  # noqa: E402
import reference_previews  # noqa: E402
import static_math  # noqa: E402
import style_bundle  # noqa: E402
import whole_book  # noqa: E402
from docutils import nodes, utils  # noqa: E402

LIVE = {"model_module": "anywidget", "model_name": "AnyModel", "state": {"_esm": "export default {}"}}
PLAIN = {"model_module": "@jupyter-widgets/controls", "model_name": "IntSliderModel", "state": {}}
LINK = {
    "model_module": "@jupyter-widgets/controls",
    "model_name": "LinkModel",
    "state": {"source": ["IPY_MODEL_aa", "k"], "target": ["IPY_MODEL_bb", "k"]},
}


# ---- a small book, built once, strictly


BOOK = {
    "_toc.yml": """
        format: jb-book
        root: welcome
        parts:
          - caption: One
            numbered: 1
            chapters:
              - file: first
              - file: second
              - file: questions
    """,
    "welcome.md": """
        # Welcome

        This book is small. It refers to {eq}`eq-gradient-of-one-weight` and to {numref}`fig-line`.
    """,
    "second.md": r"""
        # 2. See the second

        Here $\sigma(net)$ is used in

        $$\frac{\partial E}{\partial w_1} = \delta \, i_1$$ (eq-gradient-of-one-weight)

        ::::{admonition} Exercise 2.1: the other weight
        :class: exercise

        Derive it.
        ::::

        :::{figure} line.svg
        :name: fig-line
        :alt: A line that rises.

        A line, drawn.
        :::

        ## Why is it a sum?

        Because all paths count, see {eq}`eq-gradient-of-one-weight`.
    """,
    "questions.md": """
        # Which question?

        ## Sums

        - *Why does `w1` get a sum?* ([thread](https://example.org/1))\\
          It feeds two units. → [the second](second.md#why-is-it-a-sum)
    """,
    "line.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 9L9 0"/></svg>',
    "references.bib": "@book{a, title={A}, author={B}, year={2000}, publisher={C}}",
}
CELLS = [
    ("markdown", "# 1. See the first\n\nA page with live figures."),
    (
        "code",
        """
        import anywidget, traitlets, ipywidgets
        class Slider(anywidget.AnyWidget):
            _esm = "export default { render({ model, el }) { el.textContent = model.get('k'); } }"
            k = traitlets.Float(1.0).tag(sync=True)
            def _repr_mimebundle_(self, **kwargs):
                data, metadata = super()._repr_mimebundle_(**kwargs), {}
                data = data[0] if isinstance(data, tuple) else data
                return {**data, "text/html": f"<p>still {self.k}</p>"}, metadata
        one, two, unseen = Slider(k=1.5), Slider(k=2.5), Slider(k=3.5)
        one
        """,
    ),
    ("code", "ipywidgets.jslink((one, 'k'), (two, 'k'))\ntwo"),
    (
        "code",
        r"""
        from IPython.display import HTML
        HTML('<p>a &lt; b <span class="lbl-maths">$a &lt; b$</span> ?{ <span class="lbl-maths">$\frac{a$</span></p>')
        """,
    ),
    ("code", "# the code of a drawing", "hide-input"),
    ("code", "# Solution to 1.1", "hide-cell"),
]


def write_book(folder, pages=BOOK, cells=CELLS):
    for name, content in pages.items():
        (folder / name).write_text(textwrap.dedent(content).lstrip(), encoding="utf-8")
    made = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cells = [made[kind](textwrap.dedent(text).strip(), metadata={"tags": tags}) for kind, text, *tags in cells]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "first.ipynb")
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    config = config.replace(": site\n", f": {ROOT / 'site'}\n").replace("site/assets/favicon.svg", str(ROOT / "site/assets/favicon.svg"))
    config = config.replace("chapters/references.bib", "references.bib")
    (folder / "_config.yml").write_text(config, encoding="utf-8")


def build(folder, **environment):
    arguments = ["build", "-W", "-n", "--keep-going", "--all", str(folder)]
    unset = {"BOOK_REPOSITORY_URL", "GITHUB_REPOSITORY", "BOOK_BASE_URL"}
    environment = {**{key: value for key, value in os.environ.items() if key not in unset}, **environment}
    code = "from jupyter_book.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, cwd=folder)
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    write_book(folder)
    status, said = build(folder)
    assert status == 0, said[-3000:]
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def known_site(tmp_path_factory):
    """The same book by a build that knows its repository and its address."""
    folder = tmp_path_factory.mktemp("known")
    write_book(folder)
    status, said = build(folder, BOOK_REPOSITORY_URL="https://github.com/someone/book.git", BOOK_BASE_URL="https://example.org/book")
    assert status == 0, said[-3000:]
    return folder / "_build" / "html"


def text_of(site, name):
    return (site / name).read_text(encoding="utf-8")


def pages_of(site):
    return {path.name: path.read_text(encoding="utf-8") for path in site.glob("*.html")}


def sheet_of(page):
    (sheet,) = re.findall(r'<link [^>]*rel="stylesheet"[^>]*href="([^"?]+)', page)
    return sheet


def test_a_page_loads_one_style_sheet_and_waits_for_no_script_before_it_is_painted(site):
    for name, page in pages_of(site).items():
        if name != "index.html":
            assert (site / sheet_of(page)).stat().st_size < 300_000, name
        if name not in ("index.html", "search.html"):
            assert not re.findall(r"<script (?![^>]*(?:defer|async))[^>]*src=[^>]*>", page), name


def test_no_page_names_a_file_of_another_host(site):
    for name, page in pages_of(site).items():
        addresses = re.findall(r'<(?:script|link|img|source|iframe)\b[^>]*?(?:src|href)="([^"]+)"', page)
        assert not [address for address in addresses if re.match(r"(https?:)?//", address)], name


def test_no_style_sheet_names_a_file_that_is_not_there_or_on_another_host(site):
    for sheet in (site / "_static").rglob("*.css"):
        for address in re.findall(r"url\(['\"]?([^)'\"]+)", sheet.read_text(encoding="utf-8")):
            if not address.startswith(("data:", "#")):
                assert (sheet.parent / re.split("[?#]", address)[0]).exists(), (sheet.name, address)


def test_every_page_has_a_policy_that_names_each_of_its_inline_scripts(site):
    for name, page in pages_of(site).items():
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
        assert policy, name
        assert all(rule in policy[1] for rule in ("default-src 'self'", "object-src 'none'", "frame-src 'none'")) and "http" not in policy[1]
        for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S):
            if "src=" not in attributes and "json" not in attributes:
                assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy[1], (name, script[:80])


def test_only_pages_with_live_figures_may_import_from_memory(site):
    assert "blob:" in re.search(r"script-src[^;]*", text_of(site, "first.html"))[0]
    assert "blob:" not in re.search(r"script-src[^;]*", text_of(site, "second.html"))[0]


def test_equations_are_typeset_with_mathml_numbers_and_labels(site):
    page = text_of(site, "second.html")
    assert page.count("<math ") == 2 and 'class="katex"' in page
    assert '<span class="eqno">(2.1)' in page and 'id="equation-eq-gradient-of-one-weight"' in page
    assert r'data-latex="\frac{\partial E}{\partial w_1} = \delta \, i_1"' in page
    assert ".katex" in text_of(site, sheet_of(page)) and not re.search(r"<script[^>]*mathjax", page, re.I)
    assert 'href="second.html#equation-eq-gradient-of-one-weight"' in text_of(site, "welcome.html")


def test_mathematics_in_an_output_is_typeset_and_what_cannot_be_read_is_left_out(site):
    page = text_of(site, "first.html")
    assert page.count('<span class="lbl-maths">') == page.count('<span class="lbl-maths"><span class="katex">') == 1
    assert "<mo>&lt;</mo>" in page and "?{ </p>" in page


def test_a_reference_into_another_page_carries_what_it_shows(site):
    page = text_of(site, "welcome.html")
    templates = re.findall(r'<template data-preview="([^"]+)">(.*?)</template>', page, re.S)
    assert [address for address, _ in templates] == ["second.html#equation-eq-gradient-of-one-weight", "second.html#fig-line"]
    assert all("id=" not in content for _, content in templates)
    assert "katex" in templates[0][1] and "<figcaption>" in templates[1][1]


def test_a_live_figure_keeps_its_still_form_and_only_the_models_that_are_shown(site):
    page = text_of(site, "first.html")
    assert re.findall(r'<div class="live-figure-still">.*?<p>still ([\d.]+)', page, re.S) == ["1.5", "2.5"]
    state = json.loads(re.search(r'widget-state\+json"[^>]*>(.*?)</script>', page, re.S)[1])["state"]
    assert sorted(model["model_name"] for model in state.values()) == ["AnyModel", "AnyModel", "LinkModel"]
    assert sorted(model["state"]["k"] for model in state.values() if "k" in model["state"]) == [1.5, 2.5]
    assert "require.js" not in page and "embed-amd" not in page


def test_an_exercise_gets_its_checkbox_and_the_page_its_count(site):
    page = text_of(site, "second.html")
    assert '<input type="checkbox" data-exercise="2.1">' in page and 'data-forget="book"' in page
    assert '<meta name="book-exercises" content="1">' in page
    assert "data-forget" not in text_of(site, "first.html")


def test_what_unfolds_says_what_it_is(site):
    page = text_of(site, "first.html")
    assert re.findall(r'<p class="collapsed admonition-title">(.*?)</p>', page) == ["Show the code", "Show the solution"]
    assert re.findall(r'<p class="expanded admonition-title">(.*?)</p>', page) == ["Hide the code", "Hide the solution"]


def test_the_search_index_knows_sections_equations_exercises_and_figures(site):
    index = json.loads(text_of(site, "_static/site/search-index.js").removeprefix("window.BOOK_INDEX = ").rstrip().rstrip(";"))
    by_kind = {entry["k"]: entry for entry in index}
    assert {"page", "section", "question", "equation", "exercise", "figure"} == set(by_kind)
    assert by_kind["equation"]["t"] == "Equation (2.1): gradient of one weight"
    assert by_kind["equation"]["u"] == "second.html#equation-eq-gradient-of-one-weight"
    assert by_kind["equation"]["x"] == r"\frac{\partialE}{\partialw_1}=\delta\,i_1"
    section = next(entry for entry in index if entry["t"] == "Why is it a sum?")
    assert section["k"] == "section" and "paths" in section["w"]
    assert (by_kind["question"]["t"], by_kind["question"]["u"]) == ("Why does w1 get a sum?", "questions.html#why-does-w1-get-a-sum")
    assert by_kind["question"]["d"] == "It feeds two units. → the second"
    assert '<li id="why-does-w1-get-a-sum">' in text_of(site, "questions.html")


def test_a_typed_chapter_number_does_not_stand_twice(site):
    assert "<title>2. See the second" in text_of(site, "second.html") or "<title>See the second" in text_of(site, "second.html")
    assert "2. 2." not in re.sub("<[^>]+>", "", text_of(site, "second.html"))


def test_pages_describe_themselves_and_name_no_address_the_build_was_not_told(site):
    page = text_of(site, "welcome.html")
    assert '<meta name="description" content="This book is small.' in page
    assert 'property="og:title" content="Welcome"' in page
    assert "canonical" not in page and "og:image" not in page and "og:url" not in page
    assert not (site / "sitemap.xml").exists() and "launch-buttons" not in page and "source-repository" not in page


def test_a_build_that_knows_its_addresses_writes_cards_sitemap_and_buttons(known_site):
    page = text_of(known_site, "second.html")
    assert '<link rel="canonical" href="https://example.org/book/second.html"' in page
    assert 'content="https://example.org/book/_static/social-card.png"' in page
    assert (known_site / "_static" / "social-card.png").read_bytes()[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")
    assert text_of(known_site, "sitemap.xml").count("<loc>https://example.org/book/") == 4
    assert "https://github.com/someone/book/issues" in page and "mybinder.org/v2/gh/someone/book" in text_of(known_site, "first.html")
    lost = text_of(known_site, "404.html")
    assert 'href="/book/first.html"' in lost and 'src="/book/_static/site/reader.js' in lost


def test_the_whole_book_has_every_chapter_and_links_inside_itself(site):
    page = text_of(site, "whole-book.html")
    assert [page.index(f'id="{name}"') for name in ("welcome", "first", "second")] == sorted(
        page.index(f'id="{name}"') for name in ("welcome", "first", "second")
    )
    assert 'href="#second--equation-eq-gradient-of-one-weight"' in page and 'id="second--equation-eq-gradient-of-one-weight"' in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "<script" not in page and "still 1.5" in page


def test_the_icons_are_a_few_kilobytes_in_the_style_sheet(site):
    assert not list((site / "_static").rglob("fa-*"))
    css = text_of(site, sheet_of(text_of(site, "first.html")))
    fonts = re.findall(r"url\(data:font/woff;base64,([^)]+)\)", css)
    assert len(fonts) >= 3 and sum(map(len, fonts)) < 20_000
    assert ".fa-moon:before" in css and ".fa-yen-sign:before" not in css


# ---- what must stop a build: each mistake alone on a page of one book


BAD_PAGES = {
    "undefined_macro": ("# Bad\n\nA formula $\\undefinedmacro$.\n", "undefined_macro.md:3: WARNING: KaTeX parse error: Undefined control sequence"),
    "torn_fraction": ("# Bad\n\n$$\\frac{1}{$$\n", "torn_fraction.md:3: WARNING: KaTeX parse error"),
    "one_label_twice": ("# Bad\n\n$$a$$ (eq-x)\n\n$$b$$ (eq-x)\n", "duplicate label of equation eq-x"),
    "no_such_equation": ("# Bad\n\nSee {eq}`eq-nowhere`.\n", "equation not found: eq-nowhere"),
    "no_alternative_text": ("# Bad\n\n![](line.svg)\n", "an image without alternative text"),
    "wrong_number": ("# 77. Bad\n", "the title says chapter 77, the table of contents 8"),
}
BAD_CELLS = {
    "raises": ("1 / 0", "Executing notebook failed"),
    "warns": ("import sys; print('careful', file=sys.stderr)", "stderr was found in the cell outputs"),
    "plain_control": ("import ipywidgets; ipywidgets.IntSlider()", "IntSliderModel of @jupyter-widgets/controls needs a kernel"),
    "no_still_form": (
        "import anywidget\nclass W(anywidget.AnyWidget):\n    _esm = 'export default {}'\nW()",
        "a live figure without a still form",
    ),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """What a build says of a book in which every page has one mistake, by page."""
    folder = tmp_path_factory.mktemp("bad")
    contents = "".join(f"\n              - file: {name}" for name in [*BAD_PAGES, *BAD_CELLS])
    toc = textwrap.dedent(BOOK["_toc.yml"]).replace(
        "      - file: second", "      - file: second" + textwrap.dedent(contents).replace("\n", "\n      ")
    )
    write_book(folder, {**BOOK, "_toc.yml": toc}, [("markdown", "# One")])
    for name, (text, _) in BAD_PAGES.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    for name, (code, _) in BAD_CELLS.items():
        cells = [nbformat.v4.new_markdown_cell("# Bad"), nbformat.v4.new_code_cell(code)]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
        nbformat.write(notebook, folder / f"{name}.ipynb")
    status, said = build(folder)
    assert status == 1, said[-2000:]
    lines = [line for line in said.splitlines() if re.search(r"(WARNING|ERROR|CRITICAL):", line) and "IPKernelApp" not in line]
    return {name: [line for line in lines if name in line.split("WARNING")[0].split("ERROR")[0]] for name in [*BAD_PAGES, *BAD_CELLS]}


@pytest.mark.parametrize("name", [*BAD_PAGES, *BAD_CELLS])
def test_a_mistake_fails_the_build_and_the_message_names_the_page(name, complaints):
    expected = {**BAD_PAGES, **BAD_CELLS}[name][1]
    assert any(expected in line for line in complaints[name]), complaints[name]


# ---- the parts by themselves


def test_the_repository_is_known_only_if_the_environment_says_so():
    assert offline_site.known_repository({}) == ""
    assert offline_site.known_repository({"BOOK_REPOSITORY_URL": "https://github.com/a/b.git"}) == "https://github.com/a/b"
    assert offline_site.known_repository({"GITHUB_REPOSITORY": "a/b"}) == "https://github.com/a/b"


def test_the_state_keeps_links_and_their_ends():
    state = {"state": {"aa": LIVE, "bb": LIVE, "cc": LIVE, "dd": PLAIN, "ee": LINK}}
    page = f'<script type="application/vnd.jupyter.widget-state+json">{json.dumps(state)}</script>'
    page += '<script type="application/vnd.jupyter.widget-view+json">{"model_id": "aa"}</script>'
    kept = json.loads(re.search(r">(.*?)</script>", live_figures.prune_state(page))[1])["state"]
    assert sorted(kept) == ["aa", "bb", "ee"]


def test_a_closing_tag_in_a_figures_source_does_not_end_the_state():
    state = {"state": {"aa": {**LIVE, "state": {"_esm": "el.innerHTML = '<b></b>'"}}}}
    body = json.dumps(state).replace("</", "<\\/")
    page = f'<script type="application/vnd.jupyter.widget-state+json">{body}</script>'
    page += '<script type="application/vnd.jupyter.widget-view+json">{"model_id": "aa"}</script>'
    pruned = live_figures.prune_state(page)
    assert "</b>" not in pruned
    assert json.loads(re.search(r">(.*?)</script>", pruned)[1])["state"]["aa"]["state"]["_esm"] == "el.innerHTML = '<b></b>'"


def test_rows_of_an_equation_become_what_katex_takes():
    assert static_math.display_tex("a = b") == "a = b"
    assert static_math.display_tex("a\n\nb") == r"\begin{gathered}a\\b\end{gathered}"
    assert static_math.display_tex(r"\begin{aligned}a\end{aligned}") == r"\begin{aligned}a\end{aligned}"
    assert static_math.display_tex(r"\begin{align}a\end{align}", nowrap=True) == r"\begin{align*}a\end{align*}"


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{\partial E}{\partial net_i} = out_i - target_i", "∂E/∂net_i = out_i - target_i"),
        (r"out_i = \frac{e^{net_i}}{\sum_k e^{net_k}}", "out_i = e^net_i/(∑_k e^net_k)"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a = b ; c = d"),
        (r"\frac{1}{\frac{a}{b}}", "1/a/b"),
        (r"\begin{aligned} a &= b \\ &\quad \cdot c \\ &= d \\ &\qquad - e \\ &\; - f \end{aligned}", "a = b · c = d - e - f"),
    ],
)
def test_tex_reads_in_one_line(tex, words):
    assert book_search.plain(tex) == words


def cell_output(text):
    document = utils.new_document("")
    document += nodes.literal_block(text, text, classes=["output", "stream"])
    return document


def test_a_table_of_text_keeps_its_columns_and_a_sentence_does_not():
    table = cell_output("index      ours\nW[0]      +1.0\nW[1]      -2.0\n")
    sentence = cell_output("right 0.1   slip 0.2\nThe slip is what is left.\n")
    for document in (table, sentence):
        offline_site.keep_columns(None, document, "chapters/a")
    assert "columns" in table[0]["classes"] and "columns" not in sentence[0]["classes"]


def test_an_exercise_without_a_number_is_remembered_by_its_place():
    assert exercise_memory.exercise_key("Exercise 12.3: x", 9) == "12.3"
    assert exercise_memory.exercise_key("Predict", 9) == "9"


def test_previews_of_a_page_in_another_folder_find_their_pictures():
    markup = '<figure id="f"><img src="../_images/a.svg"><a class="headerlink" href="#f">#</a></figure>'
    assert reference_previews.portable(markup, "chapters/a.html", "b.html") == '<figure><img src="_images/a.svg"></figure>'
    assert reference_previews.portable(markup, "chapters/a.html", "chapters/b.html") == '<figure><img src="../_images/a.svg"></figure>'


def test_ids_inside_a_drawing_stay_in_a_preview():
    markup = '<figure id="f"><svg><clipPath id="c"/><path clip-path="url(#c)"/></svg></figure>'
    carried = reference_previews.portable(markup, "a.html", "b.html")
    assert 'id="preview-c"' in carried and "url(#preview-c)" in carried and 'id="f"' not in carried


def test_drawings_share_no_id_on_a_page():
    drawing = '<svg role="img" aria-label="x" style="height:auto" width="72pt"><g id="figure_1"><path id="m"/><use xlink:href="#m"/></g></svg>'
    page = offline_site.tidy(drawing + drawing)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 2 and [f"#{name}" for name in ids] == re.findall(r'href="([^"]+)"', page)
    assert "figure_1" not in page and "--drawn-width:72pt" in page


def test_the_page_for_lost_readers_works_at_any_depth():
    page = '<a href="a.html"><a href="#x"><a href="https://example.org/"><img src="_static/i.svg"><form action="search.html">'
    assert page_metadata.absolute(page, "https://example.org/book/") == (
        '<a href="/book/a.html"><a href="#x"><a href="https://example.org/"><img src="/book/_static/i.svg"><form action="/book/search.html">'
    )


@pytest.mark.parametrize("base", ["https://example.org/book/", "https://example.org/"])
def test_links_from_the_sites_root_are_followed_where_the_site_knows_its_address(base, tmp_path):
    root = base.removeprefix("https://example.org")
    (tmp_path / "a.html").write_text(f'<link rel="canonical" href="{base}a.html"><p id="x"><a href="b/">')
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text("")
    lost = tmp_path / "404.html"
    lost.write_text(f'<a href="{root}a.html#x"><a href="{root}b/"><a href="{root}">')
    (tmp_path / "index.html").write_text("")
    toc = {"root": "a"}
    assert list(check_pages.problems(tmp_path, toc)) == []
    lost.write_text(f'<a href="{root}c.html"><a href="{root}a.html#y"><a href="/elsewhere/a.html">')
    assert list(check_pages.problems(tmp_path, toc)) == [
        f"404.html links to {root}c.html, which does not exist",
        f"404.html links to {root}a.html#y, but there is no such place on that page",
        "404.html links to /elsewhere/a.html, which does not exist",
    ]


def test_a_link_from_the_root_is_dead_where_the_site_does_not_know_its_address(tmp_path):
    (tmp_path / "a.html").write_text('<a href="/a.html">')
    assert list(check_pages.problems(tmp_path, {"root": "a"})) == ["a.html links to /a.html, which does not exist"]


def test_a_citation_carries_its_entry_without_the_number():
    label = '<span class="label"><span class="fn-bracket">[</span>2<span class="fn-bracket">]</span></span>'
    entry = f'<div class="citation" id="id17">\n{label}\n<p>Baydin. <em>A survey</em>. <a class="reference external" href="https://e.org/">x</a></p>\n</div>'
    assert reference_previews.targets(f"<div>{entry}</div>") == {"id17": entry}
    assert reference_previews.portable(entry, "references.html", "a.html") == (
        '<div class="citation">\n<p>Baydin. <em>A survey</em>. <a class="reference external" href="https://e.org/">x</a></p>\n</div>'
    )


def test_a_typed_number_is_one_number_and_a_dot():
    assert chapter_numbers.TYPED.match("3. Derive")[1] == "3"
    assert chapter_numbers.TYPED.match("3 ways") is None and chapter_numbers.TYPED.match("2.5 ways") is None


def test_a_chapter_in_the_whole_book_keeps_its_drawings_together():
    page = '<article class="bd-article"><svg><clipPath id="c"/><path clip-path="url(#c)"/></svg><a href="b.html#d">x</a></article>'
    assert whole_book.chapter_of(page, "chapters/a.html", {"chapters/a.html", "chapters/b.html"}) == (
        '<article class="bd-article book-chapter" id="chapters-a"><svg><clipPath id="chapters-a--c"/>'
        '<path clip-path="url(#chapters-a--c)"/></svg><a href="#chapters-b--d">x</a></article>'
    )


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("a{x:y}", "a{x:y}"),
        (".used .unused{x:y}", ""),
        (".used:not(.unused){x:y}", ".used:not(.unused){x:y}"),
        ('[class*=".unused"]{x:y}', '[class*=".unused"]{x:y}'),
        ("@media print{.unused{x:y}.used{x:y}}", "@media print{.used{x:y}}"),
        ("@font-face{font-family:f;src:url(data:a;b,c)}", "@font-face{font-family:f;src:url(data:a;b,c)}"),
        ('.used::after{content:"}"}.unused{x:y}', '.used::after{content:"}"}'),
        ("/* } */.used{x:y}", ".used{x:y}"),
    ],
)
def test_only_rules_that_nothing_can_use_are_dropped(css, left):
    assert style_bundle.purge(css, {"used"}) == left
