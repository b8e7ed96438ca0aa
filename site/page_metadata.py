"""Describe each page to search engines and to those it is shared with; write sitemap, social card and a page for lost readers.

What needs the address of the site (canonical links, cards, the sitemap) is written only if the build is told it, by
``BOOK_BASE_URL``: an address that leads nowhere is worse than none.
"""

import html
import os
import posixpath
import re
from pathlib import Path
from urllib.parse import urlsplit

from book_search import plain, shorten
from docutils import nodes
from social_card import draw_card
from sphinx.util import logging

logger = logging.getLogger(__name__)
CARD = "social-card.png"
MODE = re.compile(r'<script data-cfasync="false">.*?</script>', re.S)
# before the first paint: the reader's choice, else the system's; and no error where storage is forbidden
SET_MODE = """<script>
    (() => {
      const root = document.documentElement;
      let mode = "auto";
      try { mode = localStorage.getItem("mode") || mode; } catch {}
      const dark = mode === "dark" || (mode === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      root.dataset.mode = mode;
      root.dataset.theme = dark ? "dark" : "light";
    })();
  </script>"""
START = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <meta name="description" content="{description}">
    <meta http-equiv="refresh" content="0; url={first}">
    <link rel="canonical" href="{canonical}">
    <link rel="icon" href="_static/favicon.svg">
  </head>
  <body><main><h1>{title}</h1><p><a href="{first}">Open the book</a></p></main></body>
</html>
"""


def description_of(doctree):
    """Return the first sentences of a page, without headings, boxes and code."""
    words = []
    for node in doctree.findall(nodes.paragraph):
        parent = node.parent
        if isinstance(parent, (nodes.section, nodes.document)):
            words.append(plain(node.astext()))
        if sum(map(len, words)) > 90:
            break
    return shorten(" ".join(words), 158)


def describe(app, pagename, templatename, context, doctree):
    """Add description, Open Graph tags and card to a page."""
    given = (app.env.metadata.get(pagename, {}) if pagename in app.env.found_docs else {}).get("description")
    text = given or (description_of(doctree) if doctree is not None else "")
    if doctree is None:
        context["title"] = context.get("title") or "Page not found"
    title = plain(re.sub(r"<[^>]+>", "", html.unescape(context.get("title", ""))))
    tags = {"og:title": title, "og:site_name": app.config.html_title, "og:type": "article", "og:description": text}
    base = app.config.html_baseurl
    if base and doctree is not None:
        tags |= {"og:url": posixpath.join(base, f"{pagename}.html"), "og:image": posixpath.join(base, "_static", CARD)}
        tags |= {"og:image:alt": f"{app.config.html_title}: gradients derived, computed and checked"}
    lines = [f'<meta name="description" content="{html.escape(text)}">'] if text else []
    lines += [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in tags.items() if value]
    if "og:image" in tags:
        lines.append('<meta name="twitter:card" content="summary_large_image">')
    if doctree is None:
        lines.append('<meta name="robots" content="noindex">')
    context["metatags"] = context.get("metatags", "") + "\n    " + "\n    ".join(lines)


def configure(app, config):
    base = os.environ.get("BOOK_BASE_URL", "").strip()
    if base:
        if urlsplit(base).scheme not in ("http", "https"):
            logger.warning("BOOK_BASE_URL: expected an address that starts with https://, got %r", base)
            base = ""
        config.html_baseurl = base.rstrip("/") + "/" if base else ""
    config.html_additional_pages = {**config.html_additional_pages, "404": "404.html"}


def absolute(page, base):
    """Return the page for lost readers with addresses that work wherever it is shown.

    A server shows it at any depth, so what it links must start at the site's root.

    >>> absolute('<a href="chapters/a.html"> <script src="_static/b.js">', "https://example.org/book/")
    '<a href="/book/chapters/a.html"> <script src="/book/_static/b.js">'
    """
    root = urlsplit(base).path or "/"
    page = re.sub(r'\b(href|src|action)="(?![a-z]+:|[#/])([^"]*)"', lambda m: f'{m[1]}="{root}{m[2]}"', page)
    return page.replace('data-content_root="./"', f'data-content_root="{root}"')


def finish(app, exception):
    if exception or app.builder.format != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    title = html.escape(app.config.html_title)
    if base:
        draw_card(app.config.html_title, out / "_static" / CARD)
        names = sorted(app.env.found_docs)
        addresses = "".join(f"  <url><loc>{html.escape(posixpath.join(base, name))}.html</loc></url>\n" for name in names)
        (out / "sitemap.xml").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{addresses}</urlset>\n',
            encoding="utf-8",
        )
        (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", encoding="utf-8")
        lost = out / "404.html"
        lost.write_text(absolute(lost.read_text(encoding="utf-8"), base), encoding="utf-8")
    first = f"{app.config.root_doc}.html"
    if first != "index.html":
        doctree = app.env.get_doctree(app.config.root_doc)
        page = START.format(
            title=title, description=html.escape(description_of(doctree)), first=first, canonical=posixpath.join(base, first) if base else first
        )
        (out / "index.html").write_text(page, encoding="utf-8")
    for path in out.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        changed = MODE.sub(SET_MODE, page, count=1)
        if changed != page:
            changed = changed.replace("<html lang=", '<html data-theme="light" data-mode="auto" lang=', 1)
            path.write_text(changed, encoding="utf-8")


def setup(app):
    app.connect("config-inited", configure)
    app.connect("html-page-context", describe)
    app.connect("build-finished", finish, priority=700)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
