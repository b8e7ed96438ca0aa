"""Put the whole book on one page, for printing: ``whole-book.html``.

The page holds the chapters in the order of the table of contents, without menus, controls and scripts; live figures
show their still form. The browser's own print makes a PDF of it. Links between chapters become links inside the page.
"""

import html
import posixpath
import re
from pathlib import Path

ARTICLE = re.compile(r'<article class="bd-article">(.*)</article>', re.S)
STYLES = re.compile(r'<link [^>]*rel="stylesheet"[^>]*>')
UNPRINTED = (
    re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">.*?</script>', re.S),
    re.compile(r"<template\b.*?</template>", re.S),
    re.compile(r'<section class="exercise-progress.*?</section>', re.S),
    re.compile(r'<p class="exercise-solved.*?</p>', re.S),
    re.compile(r'<button type="button" class="copy-latex.*?</button>', re.S),
    re.compile(r'<a class="headerlink".*?</a>', re.S),
)
ATTRIBUTE = re.compile(r'\b(id|for|name|aria-labelledby|aria-describedby|headers)="([^"]+)"')
LINK = re.compile(r'\b(href|xlink:href|src)="([^"]*)"')
REFERENCE = re.compile(r"url\(#([^)]+)\)")
PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>{title}: the whole book</title>
    <meta name="description" content="All chapters of {title} on one page, for printing.">
    <link rel="icon" href="_static/favicon.svg">
    {styles}
  </head>
  <body class="whole-book">
    <main id="main-content">
      <header><p class="book-title">{title}</p><p>{author}</p>
      <p class="no-print">The whole book on one page, for printing: your browser's print makes a PDF of it.
      <a href="{first}">Back to the pages</a></p></header>
      <nav aria-label="Contents"><ol>{contents}</ol></nav>
      {chapters}
    </main>
  </body>
</html>
"""


def slug(name):
    """Return what stands before every id of a page: its path without what ids must not hold.

    >>> slug("chapters/01_run.html")
    'chapters-01_run'
    """
    return name.removesuffix(".html").replace("/", "-")


def chapter_of(page, name, names):
    """Return the article of a page as a part of the whole book.

    Parameters
    ----------
    page : str
        The built page.
    name : str
        Its path in the site; the whole book lies at the site's root.
    names : collection of str
        The pages that are in the whole book.
    """
    article = ARTICLE.search(page)[1]
    for pattern in UNPRINTED:
        article = pattern.sub("", article)
    own, folder = slug(name), posixpath.dirname(name)

    def attribute(match):
        return f'{match[1]}="{" ".join(f"{own}--{part}" for part in match[2].split())}"'

    def link(match):
        kind, address = match.groups()
        if re.match(r"[a-z]+:|//", address) or not address:
            return match[0]
        path, _, fragment = address.partition("#")
        target = posixpath.normpath(posixpath.join(folder, path)) if path else name
        if target in names:
            return f'{kind}="#{slug(target)}{"--" + fragment if fragment else ""}"'
        return f'{kind}="{target}{"#" + fragment if fragment else ""}"'

    article = LINK.sub(link, ATTRIBUTE.sub(attribute, article))
    article = REFERENCE.sub(lambda match: f"url(#{own}--{match[1]})", article)
    return f'<article class="bd-article book-chapter" id="{own}">{article}</article>'


def finish(app, exception):
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    order = [app.config.root_doc, *(name for name in reading_order(app.env, app.config.root_doc))]
    names = [f"{name}.html" for name in order]
    pages = {name: (out / name).read_text(encoding="utf-8") for name in names}
    first = pages[names[0]]
    up = "../" * names[0].count("/")
    styles = "\n    ".join(style.replace(f'href="{up}', 'href="', 1) for style in STYLES.findall(first))
    titles = {name: app.env.titles[name.removesuffix(".html")].astext() for name in names}
    numbers = {name: app.env.toc_secnumbers.get(name.removesuffix(".html"), {}).get("", ()) for name in names}
    contents = "".join(
        f'<li><a href="#{slug(name)}">{".".join(map(str, numbers[name])) + ". " if numbers[name] else ""}{html.escape(titles[name])}</a></li>'
        for name in names
    )
    page = PAGE.format(
        title=html.escape(app.config.html_title),
        author=html.escape(app.config.author),
        styles=styles,
        first=names[0],
        contents=contents,
        chapters="\n".join(chapter_of(pages[name], name, set(names)) for name in names),
    )
    (out / "whole-book.html").write_text(page, encoding="utf-8")


def reading_order(env, docname, seen=None):
    """Yield the pages below a page in the order of the table of contents."""
    seen = {docname} if seen is None else seen
    for child in env.toctree_includes.get(docname, []):
        if child not in seen and child in env.found_docs:
            seen.add(child)
            yield child
            yield from reading_order(env, child, seen)


def setup(app):
    app.connect("build-finished", finish, priority=560)  # before the style sheets become one
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
