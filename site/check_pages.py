"""See that every page of the table of contents was built and that no link inside the site leads nowhere.

    python site/check_pages.py _build/html
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml


class Page(HTMLParser):
    """The addresses a page asks for, the places in it that can be linked to, and its own address if it says it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.canonical = [], set(), ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        if ("rel", "canonical") in attrs:
            self.canonical = dict(attrs).get("href") or ""
        for name, value in attrs:
            if name in ("href", "src") and value and tag != "base":
                self.links.append(value)
            if name in ("id", "name") and value:
                self.ids.add(value)


def pages_of_contents(toc):
    """Every file a table of contents names, in order."""
    if isinstance(toc, dict):
        for key, value in toc.items():
            if key in ("root", "file"):
                yield value
            else:
                yield from pages_of_contents(value)
    elif isinstance(toc, list):
        for item in toc:
            yield from pages_of_contents(item)


def root_of(site, pages):
    """Return the path at which a server has the site, "/" at both ends, or None if the build was not told its address.

    A page's canonical address ends with its place in the site; what stands before is the root.
    """
    for path, page in pages.items():
        address, place = urlsplit(page.canonical), path.relative_to(site).as_posix()
        if address.netloc and address.path.endswith("/" + place):
            return address.path.removesuffix(place)
    return None


def problems(site, toc):
    """Say in a sentence what is wrong, one a missing page or dead link."""
    for page in pages_of_contents(toc):
        if not (site / f"{page}.html").is_file():
            yield f"{page} is in _toc.yml but its page was not built"
    pages = {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    root = root_of(site, pages)
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            if root and (parts.path + "/").startswith(root):  # as on the page for lost readers, which is shown at any depth
                aim = (site / unquote(parts.path).removeprefix(root.rstrip("/")).lstrip("/")).resolve()
            else:
                aim = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            if aim.is_dir():
                aim = aim / "index.html"
            if not aim.exists():
                yield f"{path.relative_to(site)} links to {link}, which does not exist"
            elif parts.fragment and aim in pages and unquote(parts.fragment) not in pages[aim].ids:
                yield f"{path.relative_to(site)} links to {link}, but there is no such place on that page"


def main(site):
    site = Path(site).resolve()
    toc = yaml.safe_load(Path("_toc.yml").read_text(encoding="utf-8"))
    found = list(problems(site, toc))
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        sys.exit(f"{len(found)} problems in the built site")
    print(f"{len(list(pages_of_contents(toc)))} pages built, every link inside the site leads somewhere")


if __name__ == "__main__":
    main(*sys.argv[1:])
