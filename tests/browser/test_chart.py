"""Charts are drawn from their tables: what a point opens, and that the table stays."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from .conftest import Answer, Site

TABLE = """<link rel="stylesheet" href="/static/css/tokens.css">
<link rel="stylesheet" href="/static/css/chart.css">
<script src="/chart-js"></script>
<div class="scroll"><table id="loads" data-chart="bar">
<thead><tr><th>Who</th><th data-bar="bar">Open</th></tr></thead><tbody>
<tr><th><bdi>Sam</bdi></th><td data-v="10" data-goal="12"><a href="/sam">10</a></td></tr>
<tr><th><bdi>Dora</bdi></th><td data-v=""><a href="/dora">2 of 3</a></td></tr></tbody>
</table></div>"""


@pytest.fixture
def charted(page: Page, site: Site) -> Page:
    script = (Path(settings.CHART_JS) / "chart.js").read_text()
    site.answers["/chart-js"] = Answer(script, headers={"Content-Type": "text/javascript"})
    site.answers["/sam"] = Answer("<h1>Sam</h1>")
    page.goto(site.page(TABLE, scripts="chart"))
    expect(page.locator(".chart canvas")).to_have_count(1)
    return page


def test_a_bar_opens_what_its_cell_opens(charted: Page) -> None:
    box = charted.locator("canvas").bounding_box()
    assert box
    charted.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + 26)
    expect(charted.locator("h1")).to_have_text("Sam")


def test_the_table_stays_for_the_keyboard_for_whoever_asks_and_on_paper(charted: Page) -> None:
    table, button = charted.locator("#loads"), charted.get_by_role("button")
    behind = "document.querySelector('.scroll').getBoundingClientRect().width < 2"
    assert charted.evaluate(behind)
    expect(table.get_by_role("link", name="2 of 3")).to_have_count(1)
    charted.get_by_role("link", name="10").focus()
    assert not charted.evaluate(behind)
    button.focus()
    assert charted.evaluate(behind)
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert not charted.evaluate(behind)
    button.click()
    charted.emulate_media(media="print")
    assert not charted.evaluate(behind)
    expect(charted.locator(".chart")).to_be_hidden()


def test_a_drawing_anew_and_another_theme_keep_one_chart(charted: Page) -> None:
    charted.emulate_media(color_scheme="dark")
    charted.evaluate("document.dispatchEvent(new CustomEvent('live:placed'))")
    expect(charted.locator(".chart canvas")).to_have_count(1)
    expect(charted.get_by_role("button")).to_have_count(1)
