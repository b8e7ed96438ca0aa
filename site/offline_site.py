"""Make the built site self-contained: every file from the site itself, and a policy in each page that enforces it."""

import base64
import hashlib
import html
import io
import os
import re
import shutil
from pathlib import Path

from docutils import nodes
from fontTools import subset, ttLib
from live_figures import prune_state
from node_tools import SITE
from sphinx.util import logging

logger = logging.getLogger(__name__)
logging.logging.getLogger("fontTools").setLevel("WARNING")  # it logs each table it cuts
SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.S)
HANDLER = re.compile(r'\son[a-z]+="([^"]*)"')
ICON_RULE = re.compile(r'((?:\.fa-[\w-]+:{1,2}before,?)+)\{content:"(\\[0-9a-f]+|.)"\}')
ICON_FONT = re.compile(r'url\([^)]*?/(fa-[\w-]+)\.woff2\) format\("woff2"\),url\([^)]*?\.ttf\) format\("truetype"\)')
ICON_NAME = re.compile(r"\bfa-([a-z0-9-]+)")
SVG = re.compile(r'<svg role="img".*?</svg>', re.S)
DRAWING = re.compile(r'(<svg role="img" aria-label="[^"]*") style="([^"]*)"((?: xmlns[:\w]*="[^"]*")*) width="([\d.]+pt)"')
COLUMNS = re.compile(r"\S {3,}\S")
FIRST_SCREEN = 80_000  # characters of an article that fill a screen for certain
ASK_FOR_FONTS = (
    "for (const font of ['1em KaTeX_Main', 'italic 1em KaTeX_Math', '1em KaTeX_Size1', '1em KaTeX_Size2', '1em KaTeX_Size3', "
    "'900 1em \"Font Awesome 6 Free\"']) document.fonts.load(font);"
)
HOST = re.compile(r'\s*<script [^>]*site/live-figures\.js[^>]*></script>')
PAGE_NAME = re.compile(r"<script>DOCUMENTATION_OPTIONS\.pagename = '([^']*)';</script>")
CODE_POINT = re.compile(r'"\\?([0-9a-f]{4}|[\ue000-\uf8ff])"')


def known_repository(environ=os.environ):
    """Return the address of the book's repository if the build was told it, else an empty string.

    `BOOK_REPOSITORY_URL` says it; on GitHub's machines `GITHUB_REPOSITORY` does.
    """
    if environ.get("BOOK_REPOSITORY_URL"):
        return environ["BOOK_REPOSITORY_URL"].rstrip("/").removesuffix(".git")
    if environ.get("GITHUB_REPOSITORY"):
        return f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{environ['GITHUB_REPOSITORY']}"
    return ""


def configure(app, config):
    """Show the buttons that lead to the repository and to Binder only where there is a repository."""
    config.templates_path.insert(0, str(SITE / "templates"))
    options = config.html_theme_options
    address = known_repository()
    options["repository_url"] = address
    for button in ("use_repository_button", "use_issues_button", "use_edit_page_button"):
        options[button] = bool(address)
    options["repository_branch"] = os.environ.get("BOOK_REPOSITORY_BRANCH", "main")
    options["launch_buttons"] = (
        {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"} if address.startswith("https://github.com/") else {}
    )


def copy_assets(app):
    """Copy the site's own scripts and style sheets into the built site."""
    if app.builder.format == "html":
        shutil.copytree(SITE / "assets", Path(app.outdir) / "_static" / "site", dirs_exist_ok=True)


def keep_columns(app, doctree, docname):
    """Mark the outputs whose lines stand in columns: on a phone they scroll, where sentences wrap."""
    for output in doctree.findall(nodes.literal_block):
        lines = output.astext().splitlines()
        if "output" in output["classes"] and sum(bool(COLUMNS.search(line)) for line in lines) > 2:
            output["classes"].append("columns")


def check_alternative_text(app, doctree, docname):
    """Warn about images without ``alt``: myst-nb then writes the file's name, which no checker catches."""
    for image in doctree.findall(nodes.image):
        if not image.get("alt"):
            logger.warning("an image without alternative text", location=image, type="offline_site", subtype="alt")


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def policy(page):
    """Return the Content-Security-Policy under which a page works: its own files, and the inline scripts it holds now.

    >>> policy('<script>go()</script>').split("; ")[1]
    "script-src 'self' 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"
    """
    scripts = [
        body
        for attributes, body in SCRIPT.findall(page)
        if "src=" not in attributes and ("type=" not in attributes or "module" in attributes or "text/javascript" in attributes)
    ]
    handlers = [html.unescape(handler) for handler in HANDLER.findall(page)]
    allowed = ["'self'", *sorted({digest(script) for script in scripts})]
    if "site/live-figures.js" in page:
        allowed.append("blob:")  # a live figure's module is imported from its text, which also works from a folder on disk
    if handlers:
        allowed += ["'unsafe-hashes'", *sorted({digest(handler) for handler in handlers})]
    return "; ".join(
        [
            "default-src 'self'",  # not 'none': Firefox fetches the next chapter ahead, and has no narrower rule for it
            "script-src " + " ".join(allowed),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            *(f"{kind}-src 'none'" for kind in ("object", "frame", "worker", "media")),
            "form-action 'self'",
            "base-uri 'none'",
        ]
    )


def tidy_drawing(svg, number):
    """Return a drawing whose ids are its own on the page, and which says how wide it is meant to be.

    matplotlib names the parts of each figure alike; the names nobody refers to go, the others get the drawing's number.
    From its width the style sheet knows how small it may be drawn on a phone with its text still readable.
    """
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(r'\sid="([^"]*)"', lambda match: f' id="d{number}-{match[1]}"' if match[1] in used else "", svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\1d{number}-", svg)
    return DRAWING.sub(r'\1 style="--drawn-width:\4;\2"\3 width="\4"', svg)


def tidy(page):
    """Take out of a page what the theme and myst-nb put there and the page is better without.

    The icons come from the theme's web font; its script of 1.5 MB would only draw them again. Roles and names that
    contradict what is there go too.
    """
    page = re.sub(r'\s*<link rel="preload" as="script"[^>]*>', "", page)
    page = re.sub(r"\s*<script[^>]*fontawesome\.js[^>]*></script>", "", page)
    page = re.sub(r'\s*<script src="searchindex\.js[^>]*></script>', "", page)  # book_search has its own index
    page = page.replace('<summary aria-label="Toggle hidden content">', "<summary>")  # its visible words are its name
    page = page.replace(' role="doc-biblioentry"', "").replace('<div role="list" class="citation-list">', '<div class="citation-list">')
    page = re.sub(r"<th\b[^>]*>\s*(?:<p>\s*</p>)?\s*</th>", "<td></td>", page)  # an empty corner heads no column
    page = SVG.sub(lambda match: tidy_drawing(match[0], match.start()), page)
    if "searchtools.js" not in page:  # there the order of the theme's scripts is what the search relies on
        page = re.sub(r'<script ((?:data-[\w-]+="[^"]*" )?)src=', r"<script defer \1src=", page)
    host = HOST.search(page)
    if host:  # the live figures' modules are asked for before the theme's scripts run
        page = page.replace(host[0], "", 1).replace("<script defer ", f"{host[0].strip()}\n    <script defer ", 1)
    name = PAGE_NAME.search(page)
    if name:
        page = page.replace(name[0], "", 1).replace("<html ", f'<html data-page="{name[1]}" ', 1)
    page = re.sub(r'\s*<meta name="docsearch:[^>]*>', "", page)
    return page


def subset_icons(static, pages):
    """Keep of the icons and of their style rules only those that some page or script shows.

    The fonts of a few kilobytes that remain go into the style sheet: they are there at the first paint.
    """
    style = static / "styles" / "pydata-sphinx-theme.css"
    css = style.read_text(encoding="utf-8")
    used = set()
    for source in [*pages, *static.glob("scripts/*.js"), *static.glob("*.js"), *static.glob("site/*.js")]:
        if source.name not in ("fontawesome.js", "bootstrap.js"):
            used.update(ICON_NAME.findall(source.read_text(encoding="utf-8")))
    kept_codes = set()

    def keep(match):
        names = set(re.findall(r"\.fa-([\w-]+):", match[1]))
        if names & used:
            kept_codes.add(match[2].removeprefix("\\"))
            return match[0]
        return ""

    css = ICON_RULE.sub(keep, css)
    for sheet in [css, *(path.read_text(encoding="utf-8") for path in static.rglob("*.css") if path != style)]:
        kept_codes.update(CODE_POINT.findall(sheet))
    points = {int(code, 16) if len(code) > 1 else ord(code) for code in kept_codes}
    inline = {}
    for font in (static / "vendor" / "fontawesome" / "webfonts").glob("*.ttf"):
        glyphs = ttLib.TTFont(font)
        cutter = subset.Subsetter()
        cutter.populate(unicodes=points)
        cutter.subset(glyphs)
        glyphs.flavor = "woff"
        small = io.BytesIO()
        glyphs.save(small)
        inline[font.stem] = base64.b64encode(small.getvalue()).decode()
    shutil.rmtree(static / "vendor" / "fontawesome")
    css = ICON_FONT.sub(lambda match: f'url(data:font/woff;base64,{inline[match[1]]}) format("woff")', css)
    style.write_text(css, encoding="utf-8")


def steady(page):
    """Return a page whose first paint waits until its first screen is parsed and its fonts are asked for.

    So nothing that is shown moves afterwards. A browser that does not know ``rel="expect"`` paints when it likes.
    """
    start = page.find('<article class="bd-article')
    end = page.find("</article>", start)
    if start < 0 or end < 0:
        return page
    mark = page.find("\n<p>", start + FIRST_SCREEN, end)
    mark = end if mark < 0 else mark + 1
    page = page[:mark] + '<span id="first-screen" hidden></span>' + page[mark:]
    page = page.replace("<head>", '<head>\n    <link rel="expect" href="#first-screen" blocking="render">', 1)
    return page.replace("</head>", f"  <script>{ASK_FOR_FONTS}</script>\n  </head>", 1)


def built_pages(app):
    """Return the pages of the built site."""
    return [page for page in sorted(Path(app.outdir).rglob("*.html")) if "_static" not in page.relative_to(app.outdir).parts]


def tidy_pages(app, exception):
    """Tidy every page and cut the icons to what is used, before the other extensions read the pages."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for unused in {*static.rglob("*.map"), *static.glob("scripts/fontawesome.js*")}:
        unused.unlink()
    for path in built_pages(app):
        page = path.read_text(encoding="utf-8")
        if "Content-Security-Policy" not in page:
            path.write_text(steady(tidy(page)), encoding="utf-8")
    if list(static.rglob("fa-solid-900.ttf")):
        subset_icons(static, built_pages(app))


def protect(app, exception):
    """Write each page's policy: last of all, for it holds for the page as it is then."""
    if exception or app.builder.format != "html":
        return
    for path in built_pages(app):
        page = path.read_text(encoding="utf-8")
        if "Content-Security-Policy" in page or "<head>" not in page:
            continue
        page = prune_state(page)
        page = page.replace("<head>", f'<head>\n    <meta http-equiv="Content-Security-Policy" content="{policy(page)}">', 1)
        path.write_text(page, encoding="utf-8")


def setup(app):
    app.add_css_file("site/site.css", priority=900)
    app.add_js_file("site/reader.js", defer="defer")
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_assets)
    app.connect("doctree-resolved", check_alternative_text)
    app.connect("doctree-resolved", keep_columns)
    app.connect("build-finished", tidy_pages, priority=550)
    app.connect("build-finished", protect, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
