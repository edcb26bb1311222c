"""The HTML report as people use it, in a headless Chromium. Run with `pytest -m browser`; needs Debian's `chromium`."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from gpuplatform.plan.model import Plan
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.html import html
from gpuplatform.preview.timeline import timeline
from tests.preview.report.browser import Page, page
from tests.preview.report.samples import a_bill, a_finding
from tests.preview.report.test_html import HOSTILE
from tests.preview.sound import a_resource, and_also, sound

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Generator[Page]:
    with page(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def file(plans: dict[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = plans["prod"]
    written = tmp_path_factory.mktemp("report") / "prod.html"
    written.write_text(html(Preview(plan, [a_finding()], bill(plan), timeline(plan))), encoding="utf-8")
    return written


@pytest.fixture
def prod(tab: Page, file: Path) -> Page:
    tab.size(1400, 1000)
    tab.problems.clear()
    tab.requests.clear()
    tab.open(file)
    return tab


def shown(tab: Page, selector: str) -> int:
    """How many elements can be seen."""
    return tab.eval(f"[...document.querySelectorAll({selector!r})].filter(e => e.checkVisibility()).length")


def test_nothing_fails_and_nothing_is_asked_for(prod: Page):
    assert prod.problems == []
    assert [url for url in prod.requests if not url.startswith("file:")] == []
    assert len(prod.requests) == 1


def test_a_box_opens_its_resource_and_escape_goes_back(prod: Page):
    prod.click("a.box.tile[data-row]")

    name = prod.eval("document.querySelector('a.box.tile[data-row]').dataset.row")
    assert prod.eval("document.activeElement.id") == "detail-name"
    assert prod.eval("location.hash") == f"#r{name}"
    assert prod.eval("document.getElementById('detail').innerText").find("urn:pulumi:prod::") > 0
    prod.key("Escape")
    assert prod.eval("document.getElementById('detail').hidden") is True
    assert prod.eval("document.activeElement.matches('a.box.tile')") is True, "focus returns to where it came from"


def test_a_box_opens_with_enter_and_shows_inputs_and_what_it_waits_for(prod: Page):
    prod.eval("document.querySelector('a.box[data-row] .efa').closest('a').focus()")
    prod.key("Enter")

    text = prod.eval("document.getElementById('detail-body').innerText")
    for word in ("made at", "Cost", "Waits for", "Needed by", "Inputs", '"scalingConfig"'):
        assert word in text
    assert prod.eval("document.querySelectorAll('#links path').length") > 0
    assert shown(prod, "#detail") == 1


def test_a_link_to_a_resource_opens_it(tab: Page, file: Path):
    tab.open(file, "#r3")

    assert tab.eval("document.getElementById('detail').hidden") is False
    assert tab.eval("document.querySelector('li.chosen').id") == "r3"


def test_finding_narrows_every_part(prod: Page):
    before = shown(prod, "li[data-row]")
    prod.key("/")
    for character in "lustre":
        prod.key(character)

    found = int(prod.eval("document.getElementById('matches').value.split(' ')[0]"))
    assert 0 < found < 40
    assert shown(prod, "li[data-row]") >= found
    assert prod.eval("document.querySelectorAll('.box.hit').length") > 0
    assert shown(prod, "table.sortable tbody tr") < 10
    assert shown(prod, "table.gantt tbody tr") > 0
    prod.eval("(i => { i.value = ''; i.dispatchEvent(new Event('input')) })(document.getElementById('search'))")
    assert shown(prod, "li[data-row]") >= before
    assert prod.eval("document.querySelectorAll('.box.hit').length") == 0


def test_the_picture_zooms_and_moves_by_keys_wheel_and_mouse(prod: Page):
    def view() -> list[float]:
        return [float(n) for n in prod.eval("document.getElementById('svg').getAttribute('viewBox')").split(" ")]

    whole = view()
    prod.eval("document.getElementById('canvas').focus()")
    prod.key("+")
    assert view()[2] < whole[2]
    closer = view()
    prod.key("ArrowRight")
    assert view()[0] > closer[0]
    prod.key("0")
    assert view() == pytest.approx(whole, abs=1)
    prod.eval("document.getElementById('svg').scrollIntoView({block: 'start', behavior: 'instant'})")
    prod.send("Input.dispatchMouseEvent", type="mouseWheel", x=600, y=500, deltaX=0, deltaY=-200, modifiers=2)
    assert view()[2] < whole[2]
    closer = view()
    for kind, x in (("mousePressed", 600), ("mouseMoved", 500), ("mouseReleased", 500)):
        prod.send("Input.dispatchMouseEvent", type=kind, x=x, y=500, button="left", clickCount=1)
    assert view()[0] > closer[0]
    assert prod.eval("document.getElementById('detail').hidden") is True, "a drag chooses nothing"


def test_the_picture_is_never_left_and_what_is_chosen_is_in_sight(prod: Page):
    def inside() -> bool:
        return prod.eval(
            "(() => { const [x, y, w, h] = document.getElementById('svg').getAttribute('viewBox').split(' ').map(Number);"
            "const {width, height} = document.getElementById('svg').dataset;"
            "const fits = (at, seen, all) => seen > all ? at <= 0.1 && at + seen >= all - 0.1"
            " : at >= -0.1 && at + seen <= +all + 0.1;"
            "return fits(x, w, +width) && fits(y, h, +height) })()"
        )

    prod.eval("document.getElementById('canvas').focus()")
    for _ in range(6):
        prod.key("+")
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        for _ in range(40):
            prod.key(key)
        assert inside(), key
    prod.eval("document.querySelector('a.box[data-row] .efa').closest('a').focus()")
    prod.key("Enter")
    assert inside()
    box = "document.querySelector('.box.chosen').getBoundingClientRect()"
    canvas = "document.getElementById('canvas').getBoundingClientRect()"
    assert prod.eval(f"{box}.left >= {canvas}.left && {box}.right <= {canvas}.right + 1") is True
    assert prod.eval(f"{box}.top >= {canvas}.top - 1 && {box}.bottom <= {canvas}.bottom + 1") is True


@pytest.mark.parametrize("width", [920, 1440])
def test_the_bar_stays_one_line(prod: Page, width: int):
    prod.size(width, 900)
    prod.eval("location.hash = '#r3'")

    assert prod.eval("document.querySelector('header.bar').offsetHeight") < 70


def test_columns_sort_both_ways(prod: Page):
    column = (
        "[...document.querySelectorAll('table.sortable thead th')].findIndex(t => t.textContent.startsWith('expected'))"
    )
    cells = (
        f"[...document.querySelectorAll('table.sortable tbody tr')].map(r => Number(r.cells[{column}].dataset.value))"
    )
    press = f"document.querySelectorAll('table.sortable thead button')[{column}].click()"

    falling = prod.eval(cells)
    assert falling == sorted(falling, reverse=True), "the dearest line is the first that is seen"
    prod.eval(press)
    assert prod.eval(cells) == sorted(falling)
    prod.eval(press)
    assert prod.eval(cells) == falling
    prod.eval(press)
    assert prod.eval("document.querySelectorAll('th[aria-sort=ascending]').length") == 1


def test_light_and_dark_follow_the_system_and_the_button(prod: Page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = prod.eval(ground)
    prod.click("#theme")
    dark = prod.eval(ground)
    assert dark != light
    prod.click("#theme")
    assert prod.eval(ground) == light
    prod.eval("(localStorage.clear(), delete document.documentElement.dataset.theme)")
    prod.size(1400, 1000, dark=True)
    assert prod.eval(ground) == dark


@pytest.mark.parametrize("width", [360, 800, 1400, 2200])
def test_no_width_scrolls_sideways(prod: Page, width: int):
    prod.size(width, 900)

    assert prod.eval("document.documentElement.scrollWidth <= innerWidth") is True


def test_paper_holds_all_of_it(prod: Page):
    def hidden(selector: str) -> bool:
        return prod.eval(f"getComputedStyle(document.querySelector({selector!r})).display") == "none"

    prod.click("[data-zoom=in]")
    prod.send("Emulation.setEmulatedMedia", media="print")
    prod.eval("dispatchEvent(new Event('beforeprint'))")

    assert prod.eval(
        "(s => s.getAttribute('viewBox') === `0 0 ${s.dataset.width} ${s.dataset.height}`)(document.getElementById('svg'))"
    )
    assert hidden("header.bar")
    assert hidden(".tools")
    assert not hidden(".gantt td.bar")
    tables = "[...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility())"
    assert prod.eval(
        f"{tables}.every(e => getComputedStyle(e).overflow === 'visible' && e.scrollHeight <= e.clientHeight + 1)"
    )
    prod.eval("dispatchEvent(new Event('afterprint'))")
    prod.send("Emulation.setEmulatedMedia", media="")
    assert not prod.eval(
        "(s => s.getAttribute('viewBox').endsWith(` ${s.dataset.height}`))(document.getElementById('svg'))"
    )


def test_the_tab_key_stops_at_what_can_be_used(prod: Page):
    stops: list[str] = []
    for _ in range(14):
        prod.key("Tab")
        stops.append(prod.eval("(e => e.id || e.getAttribute('href') || e.tagName)(document.activeElement)"))

    nav = ["#main", "#findings", "#picture", "#bill", "#timeline", "#resources", "search", "theme"]
    assert stops[: len(nav)] == nav
    assert stops[len(nav) : 12] == ["#findings", "SUMMARY", "#bill", "canvas"], (
        "verdict, checks, the way past the picture, the picture"
    )
    assert all(re.fullmatch(r"b\d+", stop) for stop in stops[12:]), "and its boxes"


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read(prod: Page, dark: bool):
    prod.size(1400, 1000, dark=dark)

    assert prod.eval((Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")) == []


def test_folding_opens_and_closes(prod: Page):
    rows = shown(prod, "li[data-row]")
    prod.click("[data-fold=true]")
    every = shown(prod, "li[data-row]")
    assert every == prod.eval("document.querySelectorAll('li[data-row]').length") > rows
    prod.click("[data-fold=false]")
    assert shown(prod, "li[data-row]") == rows


def test_names_that_attack_are_text(tab: Page, tmp_path: Path):
    bad = a_resource(
        f"aws:x/{HOSTILE}:Y", HOSTILE, {"a": HOSTILE}, urn=f"urn::{HOSTILE}", dependencies=(f"urn::{HOSTILE}",)
    )
    plan = replace(and_also(sound(), bad), environment=HOSTILE)
    number = len(plan.resources) - 2
    written = tmp_path / "hostile.html"
    written.write_text(html(Preview(plan, [a_finding(urn=bad.urn, message=HOSTILE)], a_bill())), encoding="utf-8")
    tab.problems.clear()
    tab.requests.clear()
    tab.open(written, f"#r{number}")

    assert tab.eval("document.getElementById('detail-name').textContent") == HOSTILE
    assert tab.eval("document.querySelectorAll('img').length") == 0
    assert tab.problems == []
    assert len(tab.requests) == 1


def test_a_large_plan_stays_usable(tab: Page, tmp_path: Path):
    many = [a_resource("aws:sqs/queue:Queue", f"queue-{n}", {"delaySeconds": n}) for n in range(1500)]
    plan = and_also(sound(), *many)
    written = tmp_path / "large.html"
    written.write_text(html(Preview(plan, bill=a_bill(), timeline=timeline(plan))), encoding="utf-8")
    tab.open(written)
    tab.eval(
        "(i => { i.value = 'queue-1499'; i.dispatchEvent(new Event('input')) })(document.getElementById('search'))"
    )

    assert tab.eval("document.getElementById('matches').value").startswith("1 of ")
    assert shown(tab, "li[data-row]") == 1
