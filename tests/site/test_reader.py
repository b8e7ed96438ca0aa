"""What a reader can do on the built site: search, preview, copy, mark as solved, print, find back."""

import re
import sys

import pytest
import site_browser

sys.path.insert(0, str(site_browser.ROOT / "site"))
import page_metadata  # noqa: E402
import reference_previews  # noqa: E402

CHAPTERS = [page for page in site_browser.site_pages() if re.search(r"/\d\d_", page)]


def pages_with(built, pattern, pages=None):
    """Return the built pages whose text holds a pattern."""
    pages = site_browser.site_pages() if pages is None else pages
    return [page for page in pages if re.search(pattern, (built / page).read_text(encoding="utf-8"))]


def first_with(built, pattern):
    found = pages_with(built, pattern)
    if not found:
        pytest.skip(f"no page holds {pattern}")
    return found[0]


# ---- search


def search(page, site_url, words):
    page.goto(f"{site_url}search.html")
    page.fill("main input[name=q]", words)
    page.press("main input[name=q]", "Enter")
    page.wait_for_selector(".book-results, .search-summary")
    return [(item.locator(".result-kind").inner_text(), item.locator("a").inner_text()) for item in page.locator(".book-results li").all()]


def test_an_equation_is_found_by_the_words_of_its_name(page_factory, site_url, built):
    page = page_factory()
    page.goto(f"{site_url}search.html")
    equations = page.evaluate("BOOK_INDEX.filter((entry) => entry.k === 'equation').map(({ t, u }) => [t, u])")
    assert len(equations) >= 1
    for title, address in equations:
        name = title.split(": ", 1)[1]
        found = page.evaluate("(words) => bookSearch(words).slice(0, 5).map(({ u }) => u)", name)
        same = [where for other, where in equations if other.split(": ", 1)[1] == name]
        assert set(found) & set(same), (title, found)
        assert address.split("#")[1] in (built / address.split("#")[0]).read_text(encoding="utf-8")


def test_an_equation_is_found_by_a_piece_of_its_tex(page_factory, site_url):
    page = page_factory()
    page.goto(f"{site_url}search.html")
    address, tex = page.evaluate("(({ u, x }) => [u, x])(BOOK_INDEX.find((entry) => entry.k === 'equation' && entry.x.includes('\\\\')))")
    assert address in page.evaluate("(tex) => bookSearch(tex).map(({ u }) => u)", f"$ {tex} $")


def test_every_heading_is_found_first_by_its_own_words(page_factory, site_url):
    page = page_factory()
    page.goto(f"{site_url}search.html")
    missed = page.evaluate(
        """() => BOOK_INDEX.filter(({ k }) => k === "section" || k === "question" || k === "page")
             .filter(({ t }) => (t.match(/[a-z]{3,}/gi) ?? []).length > 2)
             .filter(({ t }) => !bookSearch(t).slice(0, 3).some((entry) => entry.t === t)).map(({ t }) => t)"""
    )
    assert not missed


def test_the_search_page_lists_what_it_finds_and_leads_there(page_factory, site_url):
    page = page_factory()
    results = search(page, site_url, "softmax gradient")
    assert results
    told = page.locator("[role=status].search-summary").inner_text()
    assert re.fullmatch(r"(\d+) found for “softmax gradient”(, the best (\d+) shown)?\.", told)
    assert int(re.findall(r"\d+", told)[-1]) == len(results)
    page.locator(".book-results a").first.click()
    page.wait_for_load_state()
    assert page.url != f"{site_url}search.html"
    assert page.complaints == []


def test_a_search_without_result_says_what_to_try(page_factory, site_url):
    page = page_factory()
    assert search(page, site_url, "zzzqqq") == []
    assert "Nothing found" in page.locator(".search-summary").inner_text()


def test_words_that_look_like_markup_are_shown_as_words(page_factory, site_url):
    page = page_factory()
    search(page, site_url, "<img src=x onerror=alert(1)>")
    assert page.locator("#search-results img").count() == 0 and page.complaints == []


def test_the_search_works_from_a_folder_on_disk(page_factory, built):
    page = page_factory()
    page.goto((built / "search.html").as_uri() + "?q=sigmoid")
    page.wait_for_selector(".search-summary")
    assert page.locator(".book-results li").count() > 0
    assert page.complaints == []


def test_the_search_button_and_its_shortcut_open_the_search(page_factory, site_url):
    page = page_factory()
    page.goto(site_url + CHAPTERS[0])
    page.keyboard.press("Control+k")
    page.keyboard.type("sigmoid")
    page.keyboard.press("Enter")
    page.wait_for_selector(".search-summary")
    assert "q=sigmoid" in page.url


# ---- equations


def test_a_button_copies_the_latex_of_an_equation(page_factory, site_url, built):
    page = page_factory(fresh=True, permissions=["clipboard-read", "clipboard-write"])
    page.goto(site_url + first_with(built, 'class="copy-latex'))
    button = page.locator(".copy-latex").first
    latex = page.locator("div.math[data-latex]").first.get_attribute("data-latex")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.copy-latex').textContent === 'copied'")
    assert page.evaluate("navigator.clipboard.readText()") == latex
    page.wait_for_function("() => [...document.querySelectorAll('[role=status]')].some((e) => e.textContent === 'LaTeX copied')")
    assert page.evaluate("document.activeElement.className").startswith("copy-latex")


def test_a_wide_equation_scrolls_in_its_own_box_by_keyboard(page_factory, site_url, built):
    page = page_factory(width=360)
    for name in pages_with(built, 'class="equation-scroll"'):
        page.goto(site_url + name)
        page.wait_for_load_state("load")
        wide = page.locator(".equation-scroll[tabindex='0']")
        if wide.count():
            break
    else:
        pytest.skip("no equation is wider than 360 pixels")
    box = wide.first
    assert box.get_attribute("role") == "group" and "scrolls sideways" in box.get_attribute("aria-label")
    box.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("(box) => box.scrollLeft > 0", arg=box.element_handle())
    assert page.evaluate("document.scrollingElement.scrollLeft") == 0


def test_equations_are_there_for_screen_readers(page_factory, site_url, built):
    page = page_factory()
    page.goto(site_url + first_with(built, 'class="equation-scroll"'))
    displayed = page.locator("article div.math[data-latex]").count()
    assert page.locator("article div.math math[display=block], article div.math math").count() >= displayed
    assert page.locator("article .katex-html:not([aria-hidden=true])").count() == 0


# ---- previews


def with_a_reference_into_another_page(page, site_url, built):
    """Open a page to which a reference into another page was added, as the build would write it; return the link."""
    name = first_with(built, r'<div class="math[^"]*"[^>]*id="equation-')
    text = (built / name).read_text(encoding="utf-8")
    equation = re.search(r'<div class="math[^"]*"[^>]*id="equation-.*?<!--equation ends--></div>', text, re.S)[0]
    address = "elsewhere.html#equation-eq-there"
    carried = reference_previews.portable(equation, name, name)
    added = f'<p><a class="reference internal" href="{address}">(9.9)</a></p><template data-preview="{address}">{carried}</template></article>'
    body = text.replace("</article>", added, 1)
    page.route(site_url + name, lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(site_url + name)
    return page.locator(f"article a[href='{address}']")


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_a_reference_to_an_equation_of_another_page_shows_it(by, page_factory, site_url, built):
    page = page_factory()
    link = with_a_reference_into_another_page(page, site_url, built)
    if by == "pointer":
        link.hover()
    else:
        link.evaluate("(link) => { const before = document.createElement('button'); link.before(before); before.focus(); before.id = 'before'; }")
        page.keyboard.press("Tab")
    preview = page.locator(".reference-preview")
    preview.wait_for()
    assert preview.locator(".katex").count() > 0 and preview.get_attribute("role") == "tooltip"
    assert link.get_attribute("aria-describedby") == "reference-preview"
    place = preview.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 1280
    page.keyboard.press("Escape")
    assert preview.count() == 0 and link.get_attribute("aria-describedby") is None
    assert page.complaints == [] and not page.left


def test_a_reference_within_a_page_shows_its_equation_and_doubles_no_id(page_factory, site_url, built):
    page = page_factory()
    page.goto(site_url + first_with(built, r'<a class="reference internal" href="#equation-'))
    doubled = "[...document.querySelectorAll('[id]')].length - new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size"
    before = page.evaluate(doubled)
    page.locator("article a.reference.internal[href^='#equation-']").first.hover()
    page.locator(".reference-preview .katex").first.wait_for()
    assert page.evaluate(doubled) == before


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_a_citation_shows_the_entry_it_stands_for(by, page_factory, site_url, built):
    page = page_factory()
    page.goto(site_url + first_with(built, r'<template data-preview="references\.html#'))
    link = page.locator("article .bibtex-citation a").first
    title = link.get_attribute("title")
    assert len(title) > 20
    if by == "pointer":
        link.hover()
    else:
        link.evaluate("(link) => { const before = document.createElement('button'); link.before(before); before.focus(); }")
        page.keyboard.press("Tab")
    preview = page.locator(".reference-preview")
    preview.wait_for()
    said = " ".join(preview.inner_text().split())
    assert title.split(". ")[0] in said and not said.startswith("[")
    assert link.get_attribute("title") is None, "the browser's own box would say it twice"
    page.keyboard.press("Escape")
    assert preview.count() == 0 and link.get_attribute("title") == title
    assert page.complaints == [] and not page.left


# ---- exercises


@pytest.fixture
def exercises(built):
    return pages_with(built, "data-exercise=")


def test_a_solved_exercise_is_remembered_by_this_browser_and_sent_nowhere(page_factory, site_url, exercises):
    if not exercises:
        pytest.skip("no exercises yet")
    page = page_factory(fresh=True)
    page.goto(site_url + exercises[0])
    page.wait_for_load_state("networkidle")
    before = len(page.asked)
    page.get_by_label(re.compile("I have solved exercise")).first.check()
    page.wait_for_load_state("networkidle")
    assert all(".woff" in address and address.startswith(site_url) for address in page.asked[before:])  # an icon at most
    total = page.locator("meta[name=book-exercises]").get_attribute("content")
    here = page.locator("input[data-exercise]").count()
    assert page.locator(".exercise-count").inner_text() == f"You have solved 1 of {here} exercises on this page, 1 of {total} in the book."
    page.reload()
    assert page.locator("input[data-exercise]").first.is_checked()
    assert page.locator("input[data-exercise]:checked").count() == 1
    assert page.locator(".admonition.exercise.is-solved").count() == 1


def test_one_page_or_the_whole_book_can_be_forgotten(page_factory, site_url, exercises):
    if len(exercises) < 2:
        pytest.skip("exercises on two pages are needed")
    page = page_factory(fresh=True)
    for name in exercises[:2]:
        page.goto(site_url + name)
        page.locator("input[data-exercise]").first.check()
    assert ", 2 of" in page.locator(".exercise-count").inner_text()
    page.get_by_role("button", name="Forget this page").click()
    assert ", 1 of" in page.locator(".exercise-count").inner_text()
    assert page.locator("input[data-exercise]:checked").count() == 0
    page.get_by_role("button", name="Forget the whole book").click()
    assert ", 0 of" in page.locator(".exercise-count").inner_text()
    page.goto(site_url + exercises[0])
    assert page.locator("input[data-exercise]:checked").count() == 0


def test_where_storage_is_forbidden_the_page_still_works(page_factory, site_url, exercises):
    if not exercises:
        pytest.skip("no exercises yet")
    page = page_factory(fresh=True)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })")
    page.goto(site_url + exercises[0])
    page.locator("input[data-exercise]").first.check()
    assert "solved 1 of" in page.locator(".exercise-count").inner_text()


# ---- ways through the book


def test_next_leads_through_every_page_in_the_order_of_the_contents(page_factory, site_url):
    page = page_factory()
    pages = [name for name in site_browser.toc_pages() if name in site_browser.site_pages()]
    page.goto(site_url + pages[0])
    for name in pages[1:]:
        page.goto(page.locator("a.right-next").evaluate("(link) => link.href"))
        assert page.url == site_url + name
    assert page.locator("a.right-next").count() == 0


def test_the_start_leads_to_the_first_page(page_factory, site_url):
    page = page_factory()
    page.goto(site_url)
    page.wait_for_url(site_url + site_browser.toc_pages()[0])


def test_lost_readers_find_the_chapter_they_meant(page_factory, site_url, built):
    # as a build that knows its address writes the page, so that it works at any depth
    lost = page_metadata.absolute((built / "404.html").read_text(encoding="utf-8"), site_url)
    page = page_factory(fresh=True)
    meant = CHAPTERS[1]
    wrong = site_url + "old/folder/" + meant.split("_", 1)[1].replace(".html", "")
    page.route(wrong, lambda route: route.fulfill(status=404, content_type="text/html", body=lost))
    page.goto(wrong)
    suggestion = page.locator("#nearest-page a")
    suggestion.wait_for()
    assert suggestion.evaluate("(link) => link.href") == site_url + meant
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") != ""
    assert [line for line in page.complaints if "404" not in line] == []
    page.fill("#lost-search", "sigmoid")
    page.press("#lost-search", "Enter")
    page.wait_for_selector(".book-results")


# ---- colours and paper


def test_the_reader_chooses_light_or_dark_and_the_choice_stays(page_factory, site_url):
    page = page_factory(scheme="light", fresh=True)
    page.goto(site_url + CHAPTERS[0])
    seen = set()
    for _ in range(3):
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
        page.locator(".theme-switch-button:visible").first.click()
    assert seen == {"light", "dark"}
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        page.locator(".theme-switch-button:visible").first.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.complaints == []


def contrast_of(page, selector):
    """Return the contrast between the ink of an element and the page behind it."""
    return page.locator(selector).first.evaluate(
        """(element) => {
          const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
          const light = (colour) => {
            canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => v / 255)
              .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          let behind = element;
          while (behind && /rgba\\(.*, 0\\)|transparent/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
          const [a, b] = [light(getComputedStyle(element).color), light(behind ? getComputedStyle(behind).backgroundColor : "#fff")];
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_take_the_ink_of_the_page(scheme, page_factory, site_url, built):
    page = page_factory(scheme=scheme)
    page.goto(site_url + first_with(built, 'class="lbl-figure"'))
    assert contrast_of(page, ".lbl-figure svg") > 7
    assert page.locator(".lbl-figure svg[role=img]:not([aria-label])").count() == 0


def test_on_paper_there_are_no_controls_and_the_ink_is_black(page_factory, site_url, built):
    page = page_factory(scheme="dark")
    page.goto(site_url + first_with(built, 'class="equation-scroll"'))
    page.emulate_media(media="print")
    for selector in (
        ".copy-latex",
        ".exercise-progress",
        ".prev-next-area",
        ".theme-switch-button",
        "#pst-primary-sidebar",
        ".live-figure",
        ".copybtn",
    ):
        things = page.locator(selector)
        assert not any(things.nth(index).is_visible() for index in range(things.count())), selector
    assert contrast_of(page, "article p") > 12
    # the frame of a cell is not left behind when its code goes to the next page
    assert page.locator("div.cell_input").evaluate_all("(cells) => cells.every((cell) => getComputedStyle(cell).breakInside === 'avoid')")
    assert page.locator("main").first.evaluate("(main) => getComputedStyle(main).backgroundColor") in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_on_paper_live_figures_show_their_still_form(page_factory, site_url, built):
    page = page_factory()
    page.goto(site_url + first_with(built, "live-figure-still"))
    page.locator(".live-figure").first.wait_for()
    assert not page.locator(".live-figure-still").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".live-figure-still").first.is_visible()


def test_the_whole_book_prints_as_one_document(page_factory, site_url, overflow):
    page = page_factory()
    page.goto(site_url + "whole-book.html")
    assert page.locator("article.book-chapter").count() == len([name for name in site_browser.toc_pages() if name in site_browser.site_pages()])
    assert (page.left, page.complaints) == ([], [])
    assert page.locator("script").count() == 0
    page.set_viewport_size({"width": 320, "height": 900})
    assert overflow(page) is None
    dead = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.hash.slice(1)).filter((id) => id && !document.getElementById(id))"
    )
    assert not dead
    assert page.pdf(format="A4", page_ranges="1-2").startswith(b"%PDF")
