"""The built site in Firefox: its pages load and stay quiet, its figures move, its equations stand where they should.

What every page must reach in detail is tested in Chromium; here another engine sees the same pages.
"""

import pytest
import site_browser
from firefox import Firefox, find_firefox

ARROW_RIGHT = "\ue014"
READY = """new Promise((done) => {
  const look = () => {
    const views = document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length;
    if (document.readyState === "complete" && document.querySelectorAll(".lbl svg").length >= views) document.fonts.ready.then(() => done(views));
    else setTimeout(look, 20);
  };
  look();
})"""


@pytest.fixture(scope="module")
def firefox():
    websocket = pytest.importorskip("websocket", reason="websocket-client comes with JupyterLab")
    if find_firefox() is None:
        pytest.skip("no Firefox")
    try:
        browser = Firefox(find_firefox(), websocket)
    except OSError as error:  # a packaged Firefox may not read the folder it is given
        pytest.skip(str(error))
    yield browser
    browser.close()


@pytest.mark.parametrize("name", site_browser.site_pages())
def test_a_page_asks_nobody_complains_of_nothing_and_fits_in_firefox(name, firefox, site_url):
    firefox.open(site_url + name, width=320)
    firefox.ask(READY)
    assert firefox.ask("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") == 0
    assert firefox.ask("[...document.querySelectorAll('article .katex-html')].every((node) => node.getBoundingClientRect().height > 0)")
    assert firefox.ask("[...document.querySelectorAll('main h1')].some((node) => node.checkVisibility())")
    assert [address for address in firefox.asked if not address.startswith((site_url, "data:", "blob:"))] == []
    assert firefox.complaints == []


@pytest.mark.parametrize("name", [name for name in site_browser.site_pages() if "widget-view+json" in site_browser.text_of(name)])
@pytest.mark.parametrize("by", ["http", "file"])
def test_live_figures_move_by_keyboard_in_firefox(by, name, firefox, site_url, built):
    firefox.open(site_url + name if by == "http" else (built / name).as_uri())
    for index in range(firefox.ask(READY)):
        root = f"document.querySelectorAll('.lbl')[{index}]"
        slider = f"[...{root}.querySelectorAll('input[type=range]')].find((node) => node.checkVisibility())"
        before = firefox.ask(f"{root}.querySelector('svg').parentElement.outerHTML")
        firefox.ask(f"({slider}).focus()")
        firefox.press(ARROW_RIGHT, ARROW_RIGHT, ARROW_RIGHT)
        assert firefox.ask(f"{root}.querySelector('svg').parentElement.outerHTML") != before
    assert firefox.complaints == []


def test_search_finds_in_firefox(firefox, site_url):
    firefox.open(site_url + "search.html?q=softmax+jacobian")
    assert firefox.ask(
        "new Promise((done) => { const look = () => { const found = document.querySelectorAll('.book-results li').length;"
        " if (found) done(found); else setTimeout(look, 20); }; look(); })"
    ) > 0
    assert firefox.complaints == []
