"""Fixtures for tests of the built site in a real browser.

`make test-site` builds the book first. The tests take what lies in ``_build/html`` and say so if there is nothing.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import site_browser  # noqa: E402


@pytest.fixture(scope="session")
def built():
    """The folder of the built site."""
    if not (site_browser.BUILT / "index.html").exists():
        pytest.skip("there is no built site: run `make book`, or `make test-site`, which does it first")
    return site_browser.BUILT


@pytest.fixture(scope="session")
def site_url(built):
    """The address at which the built site is served, with a slash at its end."""
    with site_browser.served(built) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    executable = site_browser.find_chromium()
    if executable is None:
        pytest.fail(site_browser.NO_BROWSER) if site_browser.browser_required() else pytest.skip("no browser")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=site_browser.CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(browser):
    """Browser contexts by their settings, kept for the whole run."""
    kept = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def page_factory(browser, contexts, site_url):
    """Make a watched page: ``page_factory(scheme="dark", width=360)``.

    A page has `asked` (every address it requested), `left` (those outside the site) and `complaints` (errors and
    warnings of the console, failed requests). ``fresh=True`` gives it a storage of its own. ``scripts=False`` turns
    scripts off. Other keywords go to the browser context (``reduced_motion="reduce"``, ``has_touch=True`` ...).
    """
    opened = []

    def make(scheme="light", width=1280, height=900, scripts=True, fresh=False, **settings):
        settings |= {"color_scheme": scheme, "java_script_enabled": scripts, "viewport": {"width": width, "height": height}}
        key = repr(sorted(settings.items()))
        if fresh or key not in contexts:
            context = browser.new_context(**settings)
            context.add_init_script(site_browser.WATCH_SHIFTS)
            context.route(lambda address: not address.startswith((site_url, "file:", "blob:", "data:")), lambda route: route.abort())
            if fresh:
                opened.append(context)
            else:
                contexts[key] = context
        else:
            context = contexts[key]
        page = site_browser.watch(context.new_page(), site_url)
        opened.append(page)
        return page

    yield make
    for thing in reversed(opened):
        thing.close()


@pytest.fixture
def axe_problems():
    """A function that returns what axe-core finds wrong on a page."""
    return site_browser.axe_problems


@pytest.fixture
def overflow():
    """A function that returns what makes a page scroll sideways, or None."""
    return site_browser.overflow
