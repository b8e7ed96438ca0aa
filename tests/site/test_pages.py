"""Every page of the built site, opened in a real browser."""

import pytest
import site_browser

PAGES = site_browser.site_pages()
BYTES = 350 * 1024  # compressed, first load of a page, live figures included
SHIFT = 0.01


def settle(page):
    page.wait_for_load_state("load")
    page.wait_for_function(
        """() => document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length
                 === document.querySelectorAll(".live-figure").length"""
    )
    site_browser.drawn(page)


def test_every_page_of_the_contents_was_built(built):
    missing = [page for page in site_browser.toc_pages() if not (built / page).exists()]
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nobody_complains_of_nothing_and_fits(name, page_factory, site_url, axe_problems, overflow):
    found = {}
    for scheme, width in (("light", 1280), ("dark", 360)):
        page = page_factory(scheme=scheme, width=width)
        page.goto(site_url + name)
        settle(page)
        here = f"{scheme} {width}"
        found[f"{here}: requests that leave"] = page.left
        found[f"{here}: console"] = page.complaints
        found[f"{here}: layout shift"] = page.evaluate("shifted") if page.evaluate("shifts") >= SHIFT else []
        first = {address for address in page.asked if address.startswith(site_url)}
        size = sum(map(site_browser.sent_bytes, first))
        if size > BYTES:
            found[f"{here}: bytes"] = [f"{size / 1024:.0f} KiB"]
        found[f"{here}: accessibility"] = axe_problems(page)
        # the same page in the other mode, which changes its colours alone, and on the narrowest screen
        other = {"light": "dark", "dark": "light"}[scheme]
        page.emulate_media(color_scheme=other)
        page.wait_for_function("(mode) => document.documentElement.dataset.theme === mode", arg=other)
        page.evaluate(site_browser.FINISH_TRANSITIONS)
        found[f"{other} {width}: accessibility"] = axe_problems(page, site_browser.COLOURS)
        for narrow in {width, 320}:
            page.set_viewport_size({"width": narrow, "height": 900})
            wide = overflow(page)
            found[f"{narrow}: scrolls sideways"] = [wide] if wide else []
    where = {}
    for place, problems in found.items():
        for problem in problems:
            where.setdefault(problem, []).append(place)
    assert not where, "\n".join(f"{problem} [{', '.join(places)}]" for problem, places in where.items())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_from_a_folder_on_disk(name, built, page_factory):
    if name == "404.html" and site_browser.root_path() != "/":
        pytest.skip("the build was told its address: only a server shows this page, at any depth")
    page = page_factory()
    page.goto((built / name).as_uri())
    settle(page)
    assert (page.left, page.complaints) == ([], [])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_with_scripts_off(name, page_factory, site_url):
    page = page_factory(scripts=False)
    page.goto(site_url + name)
    assert (page.left, page.complaints) == ([], [])
    assert page.locator("main h1:visible").first.is_visible()
    stills = page.locator(".live-figure-still")
    assert all(stills.nth(index).is_visible() for index in range(stills.count())), "a live figure leaves nothing where scripts are off"
    assert page.locator(".katex-error, .math code").count() == 0
