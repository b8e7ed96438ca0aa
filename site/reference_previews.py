"""Let a reference show the equation, figure, table or bibliography entry it leads to, without leaving the page.

What lies on another page is copied, when the book is built, into a ``<template>`` of each page that refers to it; so
the preview needs no request and also works in a folder on disk. ``assets/reader.js`` shows it on hover and on focus.
"""

import html
import posixpath
import re
from pathlib import Path

LINK = re.compile(r'<a class="reference internal" href="([^"#]+\.html)#([^"]+)"')
TARGETS = (
    re.compile(r'<div class="math[^"]*"[^>]*?\bid="([^"]+)".*?<!--equation ends--></div>', re.S),
    re.compile(r'<figure\b[^>]*?\bid="([^"]+)".*?</figure>', re.S),
    re.compile(r'<table\b[^>]*?\bid="([^"]+)".*?</table>', re.S),
    re.compile(r'<div class="citation"[^>]*?\bid="([^"]+)".*?</div>', re.S),
)
DRAWING = re.compile(r"(<svg\b.*?</svg>)", re.S)
OWN = re.compile(r'(\bid="|url\(#|href="#)')
LABEL = re.compile(r'<span class="label">.*?</span></span>\s*', re.S)  # an entry's number, which the text never names
ADDRESS = re.compile(r'\b(src|href)="(?![a-z]+:|#|/)([^"]+)"')


def targets(page):
    """Return the equations, figures, tables and bibliography entries of a page that can be referred to, by id."""
    return {match[1]: match[0] for pattern in TARGETS for match in pattern.finditer(page)}


def portable(markup, source, page):
    """Return a target's markup as another page can hold it: own ids away, addresses seen from there.

    Ids inside a drawing stay, because its parts refer to each other by them, but are made different from the page's.
    """
    if markup.startswith('<div class="citation"'):
        markup = LABEL.sub("", markup)
    parts = DRAWING.split(markup)
    parts = [OWN.sub(r"\1preview-", part) if part.startswith("<svg") else re.sub(r'\sid="[^"]*"', "", part) for part in parts]
    here, there = posixpath.dirname(page) or ".", posixpath.dirname(source) or "."

    def moved(match):
        return f'{match[1]}="{posixpath.relpath(posixpath.join(there, match[2]), here)}"'

    return ADDRESS.sub(moved, re.sub(r'<a class="headerlink".*?</a>', "", "".join(parts)))


def add_previews(name, pages, known):
    """Return page `name` with a template for each of its references into other pages.

    Parameters
    ----------
    name : str
        The page's path in the site.
    pages : dict
        Path in the site to text.
    known : dict
        What `targets` found in each page so far; filled as needed.
    """
    page = pages[name]
    templates = []
    for address, fragment in sorted(set(LINK.findall(page))):
        source = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
        if source == name or source not in pages:
            continue
        if source not in known:
            known[source] = targets(pages[source])
        found = known[source].get(html.unescape(fragment))
        if found:
            templates.append(f'<template data-preview="{address}#{fragment}">{portable(found, source, name)}</template>')
    if not templates or "data-preview" in page:
        return page
    return page.replace("</article>", "\n".join(templates) + "\n</article>", 1)


def finish(app, exception):
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {f"{name}.html": (out / f"{name}.html").read_text(encoding="utf-8") for name in app.env.found_docs}
    known = {}
    for name in list(pages):
        page = add_previews(name, pages, known)
        if page is not pages[name]:
            (out / name).write_text(page, encoding="utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
