"""The live figures of the built site in a real browser: they move, they are right, a link carries them.

Times and sizes are printed (``pytest -s``); what depends on the machine is not asserted.
"""

import json
import re
import statistics

import numpy as np
import pytest
import site_browser
from live_cases import FIGURES, RTOL, differences, parameters, random_figure

from linebyline.widgets.live import Choice

STATE = "application/vnd.jupyter.widget-state+json"
KINDS = {f"{figure.__module__}.{figure.__name__}": figure for figure in FIGURES}


def live_pages():
    """Return (page, figures on it by name) for every page of the built site with live figures."""
    found = []
    for page in site_browser.site_pages():
        path = site_browser.BUILT / page
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for match in re.finditer(rf'<script[^>]*type="{re.escape(STATE)}"[^>]*>(.*?)</script>', text, re.S):
            models = [model["state"] for model in json.loads(match[1])["state"].values()]
            names = {model["name"]: KINDS[model["_anywidget_id"]] for model in models if model.get("_anywidget_id") in KINDS}
            if names:
                found.append((page, names))
    return found


PAGES = live_pages()
SHOWN = {figure: page for page, names in reversed(PAGES) for figure in names.values()}
every_page = pytest.mark.parametrize("page_name", [page for page, _ in PAGES])
every_figure = pytest.mark.parametrize("figure", SHOWN, ids=lambda figure: figure.__name__)

# what a figure shows, as one number: every drawing and every number, without the controls
LOOK = """(root) => {
  const nodes = [...root.querySelectorAll("svg, table, dl, .lbl-result, .lbl-terms, .lbl-digits")];
  const text = nodes.map((node) => node.outerHTML.replace(/ tabindex="[^"]*"|lbl-[a-z0-9]+-\\d+/g, "")).join("\\n");
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    [a, b] = [Math.imul(a ^ code, 2654435761), Math.imul(b ^ code, 1597334677)];
  }
  return `${text.length} ${a >>> 0} ${b >>> 0}`;
}"""

# put the focus on a control; return its name, the key that can move it (null where it is folded away), and the look before
FOCUS_AND_CHOOSE_KEY = """(node) => {
  if (!node.offsetParent) return [null, null, null];
  node.focus();
  const keys = { range: ["ArrowRight", "ArrowLeft"], number: ["ArrowUp", "ArrowDown"] };
  const [up, down] = keys[node.type] ?? ["ArrowDown", "ArrowUp"];
  const room = node.tagName === "SELECT" ? node.selectedIndex + 1 < node.options.length : Number(node.value) < Number(node.max);
  return [node.dataset.key ?? node.getAttribute("aria-label"), room ? up : down, (LOOK)(node.closest(".lbl"))];
}""".replace("LOOK", LOOK)

# follow a link on the page, and wait until the page has done so
FOLLOW = """(text) => new Promise((done) => {
  if (decodeURIComponent(location.hash.slice(1)) === decodeURIComponent(text)) done();
  addEventListener("hashchange", () => requestAnimationFrame(() => done()), { once: true });
  location.hash = text;
})"""


@pytest.fixture
def opened(page_factory, site_url):
    """Open a page, wait for its live figures, and unfold what is folded in them."""

    def open_page(name, fragment="", **settings):
        page = page_factory(**settings)
        page.goto(f"{site_url}{name}{fragment}")
        page.wait_for_function(
            "() => document.querySelectorAll('.lbl').length && document.querySelectorAll('.lbl').length === "
            f"document.querySelectorAll('script[type=\"{STATE.replace('state', 'view')}\"]').length"
        )
        page.evaluate("() => document.querySelectorAll('.lbl details').forEach((node) => { node.open = true; })")
        return page

    return open_page


def roots(page):
    figures = page.locator(".lbl")
    return [figures.nth(index) for index in range(figures.count())]


def first_of(page, figure):
    return page.locator(f'.lbl[data-name="{next(name for name, kind in dict(PAGES)[SHOWN[figure]].items() if kind is figure)}"]').first


def shown(name):
    figure = next((figure for figure in SHOWN if figure.__name__ == name), None)
    return pytest.mark.skipif(figure is None, reason=f"no page shows {name}"), figure


needs_explorer, EXPLORER = shown("NetworkExplorer")
needs_descent, DESCENT = shown("Descent")
needs_simplex, SIMPLEX = shown("SoftmaxSimplex")
needs_check, CHECK = shown("GradientCheck")


def test_every_kind_of_live_figure_is_in_the_book(built):
    assert set(SHOWN) == set(FIGURES), "a figure nobody can find is not a figure"


# --- they move -----------------------------------------------------------------------------


@every_page
def test_every_control_changes_its_figure_by_keyboard(page_name, opened):
    page = opened(page_name)
    for root in roots(page):
        name = root.get_attribute("data-figure")
        controls = root.locator("input, select")
        assert controls.count() >= 2
        for control in controls.element_handles():
            key, press, before = control.evaluate(FOCUS_AND_CHOOSE_KEY)
            if press is None:
                continue
            for _ in range(3 if press in ("ArrowRight", "ArrowLeft") else 1):
                page.keyboard.press(press)
            assert root.evaluate(LOOK) != before, f"{name}: {key} moved and nothing changed"
    assert page.complaints == []


@every_page
def test_every_slider_changes_its_figure_by_pointer_and_reset_brings_it_back(page_name, opened):
    page = opened(page_name)
    for root in roots(page):
        name = root.get_attribute("data-figure")
        start = root.evaluate(LOOK)
        sliders = root.locator('input[type="range"]')
        for index in range(sliders.count()):
            slider = sliders.nth(index)
            if not slider.is_visible():
                continue
            slider.scroll_into_view_if_needed()
            before, box = root.evaluate(LOOK), slider.bounding_box()
            middle = box["y"] + box["height"] / 2
            goal = 0.25 if slider.evaluate("(node) => (node.value - node.min) / (node.max - node.min)") > 0.5 else 0.75
            page.mouse.move(box["x"] + box["width"] / 2, middle)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * goal, middle, steps=4)
            page.mouse.up()
            assert root.evaluate(LOOK) != before, f"{name}: {slider.get_attribute('data-key')} was dragged and nothing changed"
        page.mouse.move(0, 0)
        root.get_by_role("button", name="Reset").click()
        page.mouse.move(0, 0)
        assert root.evaluate(LOOK) == start, f"{name}: reset did not lead back"
    assert page.complaints == []


@every_page
def test_a_figure_has_names_values_and_one_polite_voice(page_name, opened):
    page = opened(page_name)
    ids = page.evaluate("() => [...document.querySelectorAll('.lbl [id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))
    for root in roots(page):
        assert root.get_attribute("aria-label").startswith("Live figure: ")
        assert root.locator("svg:not([aria-hidden])").evaluate_all("(nodes) => nodes.every((node) => node.getAttribute('aria-label')?.length > 30)")
        named = "(nodes) => nodes.every((node) => node.getAttribute('aria-valuetext') && node.labels.length)"
        assert root.locator('input[type="range"]').evaluate_all(named)
        assert root.locator("input, select").evaluate_all("(nodes) => nodes.every((node) => node.dataset.lmSuppressShortcuts === 'true')")
        voice = root.get_by_role("status")
        assert voice.count() == 1
        page.wait_for_function("(voice) => voice.textContent.length > 40", arg=voice.element_handle())
        before, during = root.evaluate(
            """(root) => {
              const voice = root.querySelector('[role="status"]');
              const slider = [...root.querySelectorAll('input[type="range"]')].find((node) => node.offsetParent);
              const before = voice.textContent;
              for (let turn = 0; turn < 4; turn += 1) {
                slider[slider.value > slider.min ? "stepDown" : "stepUp"]();
                slider.dispatchEvent(new Event("input", { bubbles: true }));
              }
              return [before, voice.textContent];
            }"""
        )
        assert during == before, "the voice speaks while the reader still moves"
        page.wait_for_function("([voice, before]) => voice.textContent !== before", arg=[voice.element_handle(), before])


# --- they are right ------------------------------------------------------------------------


@every_figure
def test_browser_computes_what_the_package_computes(figure, opened, request):
    rng = np.random.default_rng(2)
    figures = [figure(), *(random_figure(figure, rng) for _ in range(80))]
    page = opened(SHOWN[figure])
    seen = page.evaluate(
        """async ([type, id, cases]) => {
          for (const script of document.querySelectorAll(`script[type="${type}"]`)) {
            for (const { state } of Object.values(JSON.parse(script.textContent).state)) {
              if (state._anywidget_id !== id) continue;
              const address = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
              const { compute } = await import(address);
              return cases.map(compute);
            }
          }
        }""",
        [STATE, f"{figure.__module__}.{figure.__name__}", [parameters(one) for one in figures]],
    )
    found = [entry for one, theirs in zip(figures, seen) for entry in differences(one, theirs)]
    worst = max(found, key=lambda entry: entry[3])
    print(f"\n{figure.__name__}: {len(found)} numbers, farthest apart {worst[3]:.1e} ({worst[0]})")
    assert worst[3] <= RTOL, worst
    if "terms" in seen[0]:
        sums = [(sum(theirs["terms"]), theirs["gradient"], max(map(abs, theirs["terms"]))) for theirs in seen]
        assert all(abs(total - gradient) <= RTOL * max(size, 1e-300) for total, gradient, size in sums)


def link(name, values):
    """Return the fragment that carries a figure's position."""
    flat = {key: ",".join(map(repr, np.ravel(value).tolist())) if not isinstance(value, str) else value for key, value in values.items()}
    return "&".join(f"{name}.{key}={value}" for key, value in flat.items())


@pytest.mark.parametrize("seed", range(4))
@every_figure
def test_a_figure_opened_by_a_link_shows_the_packages_numbers(figure, seed, opened):
    made = random_figure(figure, np.random.default_rng(seed))
    name = next(name for name, kind in dict(PAGES)[SHOWN[figure]].items() if kind is figure)
    page = opened(SHOWN[figure], "#" + link(name, made.values()))
    root = first_of(page, figure)
    values = root.evaluate(
        """(root) => [...root.querySelectorAll("[data-value]")].map((node) => node.dataset.value)
             .concat(root.dataset.right ?? [], root.dataset.wrong ?? []).map(Number)"""
    )
    computed = made.computed()
    expected = {
        "NetworkExplorer": lambda: [*np.ravel(computed["gradW1"]), *np.ravel(computed["gradW2"]), computed["gradB1"], computed["gradB2"]],
        "Saturation": lambda: [computed[key] for key in ("out", "slope", "squares", "likelihood")],
        "SoftmaxSimplex": lambda: [*computed["out"], *np.ravel(computed["jacobian"])],
        "BiasAndSoftmax": lambda: [computed[place][key] for place in ("beside", "inside") for key in ("sum", "next", "byBias", "gap")],
        "Descent": lambda: [computed[name]["errors"][-1] for name in ("right", "wrong")],
        "GradientCheck": lambda: [computed["gradient"]],
    }[figure.__name__]()
    for value in expected:
        assert any(abs(value - other) <= max(1e-12 * abs(value), 2e-16) for other in values), f"{value} is not shown: {sorted(values)}"
    assert page.complaints == []


# --- a link carries them -------------------------------------------------------------------


@every_page
def test_one_link_carries_every_figure_that_was_moved(page_name, opened, built):
    settings = {"permissions": ["clipboard-read", "clipboard-write"]}
    page = opened(page_name, **settings)
    for root in roots(page):
        slider = root.locator('input[type="range"]:visible').first
        slider.focus()
        for _ in range(5):
            page.keyboard.press("ArrowLeft")
    root.get_by_role("button", name="Copy link").click()
    page.wait_for_function("(root) => root.querySelector('[role=status]').textContent.includes('Link copied')", arg=root.element_handle())
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.url and "#" in copied
    page.mouse.move(0, 0)
    looks = [root.evaluate(LOOK) for root in roots(page)]
    other = opened(page_name, "#" + copied.split("#")[1], **settings)
    assert [root.evaluate(LOOK) for root in roots(other)] == looks
    assert page.complaints == [] and other.complaints == []


@every_page
def test_a_broken_or_hostile_link_moves_nothing(page_name, opened):
    page = opened(page_name)
    looks = [root.evaluate(LOOK) for root in roots(page)]
    names = [root.get_attribute("data-figure") for root in roots(page)]
    bad = ["<img src=x onerror=alert(1)>", "NaN", "", "1,2,3,4,5,6,7", "Infinity", "__proto__", "tanh"]
    keys = ["score", "net", "W1", "hidden", "x", "limits", "_esm", "bias", "exponent", "start", "constructor"]
    for text in bad:
        fragment = "&".join(f"{name}.{key}={text}" for name in names for key in keys)
        page.evaluate(FOLLOW, fragment)
        assert [root.evaluate(LOOK) for root in roots(page)] == looks, text
    assert page.complaints == []


@every_figure
def test_no_corner_a_link_can_lead_to_breaks_a_figure(figure, opened):
    """Every number at the end of its range, asked for by numbers far outside of it, and every choice."""
    page = opened(SHOWN[figure])
    root = first_of(page, figure)
    name = root.get_attribute("data-figure")
    rng = np.random.default_rng(7)
    for _ in range(24):
        values = {}
        for key, trait in figure.movable().items():
            if isinstance(trait, Choice):
                values[key] = str(rng.choice(trait.limits))
            else:
                values[key] = rng.choice([-1e308, 1e308, -1e9, 1e9, 0.0, 5e-324, 0.5], trait.shape or 1).tolist()
        page.evaluate(FOLLOW, link(name, values))
        assert not root.evaluate("(node) => node.outerHTML.match(/NaN|infinit|undefined|not a number|\\[object/i)"), values
        outside = """(nodes) => nodes.filter((node) => !(node.valueAsNumber >= Number(node.min) && node.valueAsNumber <= Number(node.max)))
          .map((node) => node.outerHTML)"""
        assert root.locator("input").evaluate_all(outside) == [], values
    assert page.complaints == []


@needs_descent
def test_there_is_no_half_step(opened):
    page = opened(SHOWN[DESCENT], "#descent.steps=7.4")
    root = first_of(page, DESCENT)
    page.wait_for_function("(root) => root.querySelector('[role=status]').textContent.startsWith('7 steps')", arg=root.element_handle())
    assert root.locator('input[data-key="steps"]').input_value() == "7"


# --- for every reader ----------------------------------------------------------------------


@every_page
def test_tab_leads_through_a_figure_and_out_of_it_and_the_focus_is_seen(page_name, opened):
    page = opened(page_name)
    for root in roots(page):
        name = root.get_attribute("data-figure")
        page.evaluate("() => document.activeElement.blur()")
        reachable = root.evaluate(
            """(root) => {
              const all = [...root.querySelectorAll('input, select, button, summary, [tabindex="0"]')].filter((node) => node.checkVisibility());
              all[0].focus();
              return all.length;
            }"""
        )
        page.keyboard.press("Shift+Tab")
        assert not root.evaluate("(root) => root.contains(document.activeElement)")
        unseen = []
        for _ in range(reachable):
            page.keyboard.press("Tab")
            seen = root.evaluate(
                """(root) => {
                  const node = document.activeElement, shape = node.querySelector?.(".lbl-box");
                  if (!root.contains(node)) return "the focus left too early";
                  if (shape) return parseFloat(getComputedStyle(shape).strokeWidth) >= 3 ? "" : node.outerHTML.slice(0, 90);
                  const { outlineStyle, outlineWidth } = getComputedStyle(node);
                  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 ? "" : node.outerHTML.slice(0, 90);
                }"""
            )
            if seen:
                unseen.append(seen)
        assert unseen == [], name
        page.keyboard.press("Tab")
        assert not root.evaluate("(root) => root.contains(document.activeElement)"), f"{name} keeps the focus"


@every_page
def test_every_control_is_large_enough_for_a_finger_and_covers_no_other(page_name, opened):
    page = opened(page_name, width=360, height=740, has_touch=True)
    for root in roots(page):
        found = root.evaluate(
            """(root) => {
              const all = [...root.querySelectorAll("input, select, button, summary, [role=radio]")].filter((node) => node.checkVisibility());
              const boxes = all.map((node) => [node, node.getBoundingClientRect()]);
              const small = boxes.filter(([, box]) => box.width < 24 || box.height < 24);
              const over = boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
                Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
                .map(([two]) => [one, two]));
              const out = boxes.filter(([, box]) => box.left < 0 || box.right > innerWidth);
              return [...small.map(([node]) => node), ...over.flat(), ...out.map(([node]) => node)].map((node) => node.outerHTML.slice(0, 120));
            }"""
        )
        assert found == [], root.get_attribute("data-figure")


@every_page
@pytest.mark.parametrize(("width", "letters"), [(320, 100), (1280, 200)])
def test_nothing_of_a_figure_is_cut_off_on_a_narrow_screen_or_with_large_letters(page_name, width, letters, opened):
    page = opened(page_name, width=width)
    page.add_style_tag(content=f"html {{ font-size: {letters}% !important }}")
    cut = page.locator(".lbl").evaluate_all(
        """(roots) => roots.flatMap((root) => {
          const edge = root.getBoundingClientRect().right + 1;
          const parts = [...root.querySelectorAll("*")].filter((node) => node.checkVisibility() && !node.closest("svg"));
          return parts.filter((node) => node.getBoundingClientRect().right > edge).map((node) => node.outerHTML.slice(0, 120));
        })"""
    )
    assert cut == []


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_read_in_the_readers_own_colours(page_name, scheme, page_factory, site_url):
    page = page_factory(scheme=scheme, forced_colors="active", fresh=True)
    page.add_init_script(f"localStorage.setItem('mode', '{'light' if scheme == 'dark' else 'dark'}')")  # the page is told the opposite
    page.goto(site_url + page_name)
    page.locator(".lbl svg").first.wait_for()
    poor = page.locator(".lbl").evaluate_all(
        """(roots) => {
          const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
          const light = (colour) => {
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            const parts = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255);
            const [r, g, b] = parts.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const contrast = (one, two) => { const [a, b] = [light(one), light(two)]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
          const words = roots.flatMap((root) => [...root.querySelectorAll("svg text")]);
          const boxes = roots.flatMap((root) => [...root.querySelectorAll(".lbl-box")]);
          const papers = [getComputedStyle(document.body).backgroundColor, ...boxes.map((box) => getComputedStyle(box).fill)];
          return words.map((word) => getComputedStyle(word).fill).filter((ink) => papers.some((paper) => contrast(ink, paper) < 7));
        }"""
    )
    assert poor == []
    assert page.complaints == []


@every_figure
def test_a_link_followed_on_the_page_moves_the_figure(figure, opened):
    page = opened(SHOWN[figure])
    root = first_of(page, figure)
    before = root.evaluate(LOOK)
    made = random_figure(figure, np.random.default_rng(9))
    page.evaluate(FOLLOW, link(root.get_attribute("data-figure"), made.values()))
    assert root.evaluate(LOOK) != before
    assert root.evaluate("(node) => node.getBoundingClientRect().top") < 900, "the figure was not brought into view"


# --- what only some of them do -------------------------------------------------------------


@needs_explorer
def test_pointing_at_a_weight_spells_its_gradient_out_and_leaving_restores(opened):
    page = opened(SHOWN[EXPLORER])
    root = first_of(page, EXPLORER)
    heading = root.locator(".lbl-result")
    page.mouse.move(0, 0)
    chosen = heading.inner_text()
    root.locator('[role="radio"][data-name="w7"]').hover()
    assert "w7" in heading.inner_text().replace("\n", "") and heading.inner_text() != chosen
    assert root.locator(".lbl-edge.lbl-on").count() >= 3 and root.locator(".lbl-badge").count() >= 3
    page.mouse.move(0, 0)
    assert heading.inner_text() == chosen


@needs_explorer
def test_the_graph_is_walked_by_arrow_keys_and_every_gradient_is_reached(opened):
    page = opened(SHOWN[EXPLORER])
    root = first_of(page, EXPLORER)
    root.locator('[role="radio"][tabindex="0"]').focus()
    reached = set()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        reached.add(root.locator('[role="radio"][aria-checked="true"]').get_attribute("data-name"))
        assert root.locator('[role="radio"]:focus').get_attribute("aria-checked") == "true"
    assert len(reached) == 10


@needs_explorer
def test_pointing_at_a_path_lights_that_path_alone(opened):
    page = opened(SHOWN[EXPLORER], "#" + link("network-explorer", {"hidden": "softmax", "selected": "w1"}))
    root = first_of(page, EXPLORER)
    lit = root.locator(".lbl-edge.lbl-on")
    page.mouse.move(0, 0)
    all_paths = lit.count()
    assert root.locator(".lbl-term").count() == 4
    root.locator(".lbl-term").first.hover()
    alone = lit.count()
    assert 0 < alone < all_paths and root.locator(".lbl-badge").count() == 4
    page.mouse.move(0, 0)
    root.locator(".lbl-term").nth(1).focus()
    page.keyboard.press("Enter")
    assert root.locator('.lbl-term[aria-pressed="true"]').count() == 1 and 0 < lit.count() < all_paths


@needs_explorer
def test_presets_lead_to_the_numbers_the_book_prints(opened):
    page = opened(SHOWN[EXPLORER])
    root = first_of(page, EXPLORER)
    gradient = root.locator('[data-name="w1"]')
    found = {}
    for preset in ("the question", "hidden softmax", "degenerate", "second set"):
        root.locator('select[data-key="preset"]').select_option(preset)
        found[preset] = float(gradient.get_attribute("data-value"))
    assert found["the question"] == pytest.approx(0.000438567734, rel=1e-8)
    assert found["hidden softmax"] == pytest.approx(-6.09859031e-05, rel=1e-8)
    assert found["degenerate"] == 0 != found["second set"]


@needs_explorer
def test_targets_of_classes_go_on_summing_to_one(opened):
    page = opened(SHOWN[EXPLORER], "#" + link("network-explorer", {"output": "softmax", "loss": "cross_entropy"}))
    root = first_of(page, EXPLORER)
    root.locator('input[data-key="target.0"]').focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    first, second = (float(root.locator(f'input[data-key="target.{index}"]').input_value()) for index in (0, 1))
    assert first > 0.05 and first + second == pytest.approx(1, abs=0.011)


@needs_explorer
def test_touch_selects_a_weight_and_moves_a_slider(opened):
    page = opened(SHOWN[EXPLORER], width=360, height=740, has_touch=True)
    root = first_of(page, EXPLORER)
    root.locator('[role="radio"][data-name="w8"]').tap()
    assert root.locator('[role="radio"][aria-checked="true"]').get_attribute("data-name") == "w8"
    before = root.evaluate(LOOK)
    slider = root.locator('input[type="range"]:visible').first
    slider.tap(position={"x": 10, "y": 10})
    assert root.evaluate(LOOK) != before


@needs_check
def test_the_step_is_dragged_in_the_picture(opened):
    page = opened(SHOWN[CHECK])
    root = first_of(page, CHECK)
    slider = root.locator('input[data-key="exponent"]')
    before = float(slider.input_value())
    root.locator(".lbl-drag").scroll_into_view_if_needed()
    box = root.locator(".lbl-drag").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    assert float(slider.input_value()) < before - 2


@needs_simplex
def test_the_point_is_dragged_in_the_triangle(opened):
    page = opened(SHOWN[SIMPLEX])
    root = first_of(page, SIMPLEX)
    picture = root.locator(".lbl-triangle")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.25, steps=4)
    page.mouse.up()
    shares = [float(root.locator(".lbl-plot text[data-value]").nth(index).get_attribute("data-value")) for index in range(3)]
    assert shares[2] > 0.6 and abs(shares[0] - shares[1]) < 0.02


@needs_descent
def test_the_start_is_set_in_the_map(opened):
    page = opened(SHOWN[DESCENT])
    root = first_of(page, DESCENT)
    before = root.get_attribute("data-right")
    picture = root.locator(".lbl-panels svg").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
    assert root.get_attribute("data-right") != before
    assert float(root.locator('input[data-key="start.0"]').input_value()) > 0.5


@needs_descent
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_playing_respects_reduced_motion(motion, opened):
    page = opened(SHOWN[DESCENT], reduced_motion=motion)
    root = first_of(page, DESCENT)
    goal = float(root.locator('input[data-key="steps"]').input_value())
    seen = root.evaluate(
        """async (root) => {
          const steps = root.querySelector('input[data-key="steps"]'), seen = [];
          [...root.querySelectorAll("button")].find((node) => node.textContent === "Play the steps").click();
          for (let frame = 0; frame < 90; frame += 1) { seen.push(Number(steps.value)); await new Promise(requestAnimationFrame); }
          return [...new Set(seen)];
        }"""
    )
    assert seen == [goal] if motion == "reduce" else len(seen) > 10 and seen[-1] == goal
    assert page.complaints == []


# --- on paper, and how fast ----------------------------------------------------------------


@every_page
def test_on_paper_the_still_twin_stands_for_the_live_figure(page_name, opened):
    page = opened(page_name)
    page.emulate_media(media="print")
    try:
        assert page.locator(".lbl:visible").count() == 0
        stills = page.locator(".live-figure-still")
        assert stills.count() == len(page.locator(".lbl").all()) and all(still.is_visible() for still in stills.all())
    finally:
        page.emulate_media(media="screen")


@every_figure
def test_a_frame_after_a_slider_event_is_drawn_in_time(figure, opened):
    page = opened(SHOWN[figure])
    root = first_of(page, figure)
    times = root.evaluate(
        """async (root) => {
          const times = [];
          for (const slider of root.querySelectorAll('input[type="range"]')) {
            if (!slider.offsetParent) continue;
            const [low, high, start] = [Number(slider.min), Number(slider.max), slider.value];
            for (let turn = 0; turn < 30; turn += 1) {
              slider.value = low + (high - low) * ((turn * 37) % 30) / 30;
              const before = performance.now();
              slider.dispatchEvent(new Event("input", { bubbles: true }));
              root.getBoundingClientRect();
              times.push(performance.now() - before);
              await new Promise(requestAnimationFrame);
            }
            slider.value = start;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          }
          return times;
        }"""
    )
    median, late = statistics.median(times), float(np.quantile(times, 0.95))
    print(f"\n{figure.__name__}: {len(times)} frames, median {median:.1f} ms, 95th percentile {late:.1f} ms (goals 8 and 16)")
    assert len(times) >= 30 and median < 100
    assert page.complaints == []
