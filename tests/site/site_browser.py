"""What the browser tests and the measurements share: the built site, a server for it, and a Chromium that asks nobody else.

python tests/site/site_browser.py    sees that there is a Chromium, and installs Debian's where it can
"""

import gzip
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("BOOK_SITE", ROOT / "_build" / "html"))
AXE = ROOT / "site" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# no sandbox: continuous integration runs as root; the rest keeps the browser itself from calling home
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]
NO_BROWSER = (
    "The tests of the site need Chromium and found none. On Debian or Ubuntu: sudo apt-get install chromium. "
    "On macOS: brew install --cask chromium. Then run this command again."
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]  # what the choice of light or dark can change
PACKED = {".html", ".css", ".js", ".svg", ".json", ".txt", ".xml", ".inv"}  # what servers send compressed

# runs before a page's own scripts: what moves while it loads
WATCH_SHIFTS = """
window.shifts = 0; window.shifted = [];
new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
  const moved = entry.sources.map(({ node }) => node ? (node.outerHTML ?? node.textContent).slice(0, 120) : "?");
  window.shifts += entry.value;
  window.shifted.push(`${entry.value.toFixed(4)}: ${moved.join(" | ")}`);
} }).observe({ type: "layout-shift", buffered: true });
"""

# colours that change slowly are at their end: waiting for it could take for ever on a page that is not drawn
FINISH_TRANSITIONS = """() => {
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime < Infinity) animation.finish();
  }
}"""


def toc_pages(toc=None):
    """Return the pages that `_toc.yml` names, in order, as addresses inside the site."""
    if toc is None:
        toc = yaml.safe_load((BUILT.parents[1] / "_toc.yml").read_text(encoding="utf-8"))
    if isinstance(toc, list):
        return [page for item in toc for page in toc_pages(item)]
    if not isinstance(toc, dict):
        return []
    own = [f"{toc[key]}.html" for key in ("root", "file") if key in toc]
    return own + [page for value in toc.values() if isinstance(value, list) for page in toc_pages(value)]


def site_pages():
    """Return every page of the site: those of the table of contents, the search, the page for lost readers."""
    return [*(page for page in toc_pages() if (BUILT / page).exists()), "search.html", "404.html"]


def text_of(page):
    """Return the text of a built page, or nothing if it was not built."""
    path = BUILT / page
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def root_path(folder=None):
    """Return the path at which a built site wants to be served: "/" unless the build was told another address."""
    folder = BUILT if folder is None else folder
    for path in sorted(folder.rglob("*.html")):
        said = re.search(r'<link rel="canonical" href="([^"]+)"', path.read_text(encoding="utf-8"))
        place = path.relative_to(folder).as_posix()
        if said and urlsplit(said[1]).path.endswith("/" + place):
            return urlsplit(said[1]).path.removesuffix(place)
    return "/"


def find_chromium():
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves as a public server would: compressed, and with the page for lost readers."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args, root="/", **kwargs):
        self.root = root
        super().__init__(*args, **kwargs)

    def translate_path(self, path):
        return super().translate_path("/" + path.removeprefix(self.root) if path.startswith(self.root) else "/ outside of the site")

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        status = 200
        if path.is_dir():
            path = path / "index.html"
        if not path.is_file():
            status, path = 404, Path(self.directory) / "404.html"
        content = path.read_bytes() if path.is_file() else b"not found"
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in PACKED:
            content = gzip.compress(content, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(http.server.ThreadingHTTPServer):
    """A browser that leaves a page hangs up in the middle of an answer: no reason to say anything."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(folder=BUILT):
    """Serve a folder on this machine while the block runs; yields the address, with a slash at its end."""
    root = root_path(folder)
    server = Server(("127.0.0.1", 0), partial(Handler, directory=str(folder), root=root))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{root}"
    finally:
        server.shutdown()
        server.server_close()


def sent_bytes(address):
    """Return how many bytes a server that compresses sends for an address of the site."""
    path = BUILT / unquote(urlsplit(address).path).removeprefix(root_path()).lstrip("/")
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in PACKED else len(content)


def watch(page, home):
    """Record on a page what it asks for and what it complains of: `page.asked`, `page.left`, `page.complaints`."""
    page.asked, page.left, page.complaints = [], [], []

    def asked(request):
        address = request.url
        page.asked.append(address)
        if not address.startswith((home, "file:", "blob:", "data:", "about:")):
            page.left.append(address)

    def said(message):
        if message.type in ("error", "warning"):
            page.complaints.append(f"{message.type}: {message.text}")

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: page.complaints.append(f"uncaught: {error}"))
    page.on("requestfailed", lambda request: None if cancelled_preload(request) else page.complaints.append(f"failed: {request.url}"))
    return page


def cancelled_preload(request):
    """Tell whether a request failed only because a page was left or does not run the script it preloads."""
    return "ERR_ABORTED" in (request.failure or "")


def axe_problems(page, rules=None):
    """Return what axe-core finds wrong on a page as it is now, a line each; by some of its rules, or by all that apply."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE.read_text(encoding='utf-8')} }} }}")
    found = page.evaluate(
        """async ([tags, rules]) => {
          const options = { runOnly: rules ?? { type: "tag", values: tags }, resultTypes: ["violations"], preload: false };
          const { violations } = await axe.run(document, options);
          const line = (id, impact, { html, failureSummary }) => `${id} (${impact}): ${html.slice(0, 160)} ${failureSummary}`;
          return violations.flatMap(({ id, impact, nodes }) => nodes.map((node) => line(id, impact, node)));
        }""",
        [WCAG, rules],
    )
    return [" ".join(line.split()) for line in found]


def drawn(page):
    """Wait until what was asked of a page is on the screen."""
    page.evaluate("() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))))")


def overflow(page):
    """Return by how many pixels the page scrolls sideways, and the widest elements that cause it."""
    return page.evaluate(
        """() => {
          const root = document.scrollingElement, width = root.clientWidth;
          if (root.scrollWidth <= width) return null;
          const wide = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > width + 1);
          return `${root.scrollWidth - width} px: ` + wide.slice(0, 4).map((e) => e.outerHTML.slice(0, 100)).join(" | ");
        }"""
    )


def browser_required():
    """Tell whether a missing browser is an error: `REQUIRE_BROWSER` is set, and not to 0."""
    return os.environ.get("REQUIRE_BROWSER", "0") not in ("", "0")


def install_chromium():
    """See that there is a Chromium; install Debian's if this is Debian or Ubuntu and we may."""
    if not find_chromium() and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing Chromium from the distribution ...", flush=True)
        quiet = {"check": False, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], **quiet)
    if find_chromium():
        return
    if browser_required():
        sys.exit(NO_BROWSER)
    print(f"skipped: no browser. {NO_BROWSER}")


if __name__ == "__main__":
    install_chromium()
