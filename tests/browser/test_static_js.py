"""The browser's side: clocks that count, lists that stay true, keys that decide."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from .conftest import Answer, Site

NOW = datetime(2026, 5, 12, 11, 0, 0, tzinfo=UTC)


def clock_at(
    *, due: str, risk: str, start: str = "", width: str = 'width="50%"', tone: str = "ok"
) -> str:
    """A clock as the server draws it."""
    return (
        f'<span class="clock {tone}" data-state="{tone}" data-due="{due}" data-risk="{risk}"'
        f' data-start="{start}"><span>Accept: <b>?</b></span><svg><rect {width}/></svg></span>'
    )


def stand_still(page: Page, at: datetime = NOW) -> None:
    """Stop the client's time at an instant; it goes on only when the test says so."""
    # It can only be stopped in its future, and runs on while it is being told.
    page.clock.install(time=at - timedelta(minutes=1))
    page.clock.pause_at(at)


# --- clock.js


def test_the_words_are_those_of_python(
    page: Page, site: Site, words_cases: dict[str, list[list[object]]]
) -> None:
    page.goto(site.page("", scripts=""))
    said = page.evaluate(
        """async (cases) => {
            const { durationWords, countdown } = await import("/static/js/clock.js");
            const { durations, countdowns } = cases;
            return [durations.map(([s]) => durationWords(s)), countdowns.map(([due, now, zone]) =>
                countdown(Date.parse(due), Date.parse(now), zone))];
        }""",
        words_cases,
    )
    assert said[0] == [case[-1] for case in words_cases["durations"]]
    assert said[1] == [case[-1] for case in words_cases["countdowns"]]


def test_a_clock_turns_at_risk_and_late_in_the_right_second(page: Page, site: Site) -> None:
    clock = clock_at(due="2026-05-12T11:02:00Z", risk="2026-05-12T11:01:30Z")
    stand_still(page)
    page.add_init_script(
        "window.turns = []; for (const kind of ['clock:risk', 'clock:late'])"
        " addEventListener(kind, (event) => turns.push(kind));"
    )
    page.goto(site.page(clock, now="2026-05-12T11:00:00Z", scripts="clock"))
    shown = page.locator(".clock")
    expect(shown).to_have_text("Accept: 2 min left")
    page.clock.run_for(89_000)
    expect(shown).to_have_text("Accept: 31 s left")
    expect(shown).to_have_class("clock ok")
    page.clock.run_for(1_100)
    expect(shown).to_have_class("clock risk")
    expect(shown).to_have_attribute("data-state", "risk")
    page.clock.run_for(28_000)
    expect(shown).to_have_text("Accept: 1 s left")
    expect(shown).to_have_class("clock risk")
    page.clock.run_for(2_000)
    expect(shown).to_have_class("clock late")
    expect(shown).to_have_text("Accept: due now")
    page.clock.run_for(1_000)
    expect(shown).to_have_text("Accept: 1 s late")
    expect(shown.locator("rect")).to_have_attribute("width", "100%")
    assert page.evaluate("turns") == ["clock:risk", "clock:late"]


def test_a_wrong_client_clock_does_not_matter(page: Page, site: Site) -> None:
    clock = clock_at(due="2026-05-12T11:25:30Z", risk="2026-05-12T11:20:00Z")
    stand_still(page, NOW.replace(year=2019))
    page.goto(site.page(clock, now="2026-05-12T11:00:00Z", scripts="clock"))
    expect(page.locator(".clock b")).to_have_text("25 min left")


def test_the_fill_goes_on_from_the_share_the_server_drew(page: Page, site: Site) -> None:
    clock = clock_at(due="2026-05-12T11:10:00Z", risk="2026-05-12T11:09:00Z", width='width="20%"')
    stand_still(page)
    page.goto(site.page(clock, now="2026-05-12T11:00:00Z", scripts="clock"))
    expect(page.locator("rect")).to_have_attribute("width", "20%")
    page.clock.run_for(301_000)
    expect(page.locator("rect")).to_have_attribute("width", "60%")


def test_the_fill_is_the_share_of_the_time_when_the_server_drew_none(
    page: Page, site: Site
) -> None:
    clock = clock_at(
        start="2026-05-12T10:50:00Z",
        due="2026-05-12T11:10:00Z",
        risk="2026-05-12T11:09:00Z",
        width="",
    )
    stand_still(page)
    page.goto(site.page(clock, now="2026-05-12T11:00:00Z", scripts="clock"))
    expect(page.locator("rect")).to_have_attribute("width", "50%")


def test_a_clock_without_due_stands_still(page: Page, site: Site) -> None:
    still = '<span class="clock still"><b>paused</b><svg><rect width="40%"/></svg></span>'
    running = clock_at(due="2026-05-12T11:02:00Z", risk="2026-05-12T11:01:30Z")
    stand_still(page)
    page.goto(site.page(still + running, now="2026-05-12T11:00:00Z", scripts="clock"))
    page.clock.run_for(182_000)
    expect(page.locator(".clock.late b")).to_have_text("1 min late")
    expect(page.locator(".clock.still b")).to_have_text("paused")
    expect(page.locator(".clock.still rect")).to_have_attribute("width", "40%")


def test_the_servers_time_is_taken_over_when_it_differs(page: Page, site: Site) -> None:
    clock = clock_at(due="2026-05-12T11:25:00Z", risk="2026-05-12T11:20:00Z")
    stand_still(page)
    page.goto(site.page(clock, now="2026-05-12T11:00:00Z", scripts="clock"))
    set_clock = "(at) => document.dispatchEvent(new CustomEvent('clock:set', { detail: at }))"
    page.evaluate(set_clock, "2026-05-12T11:00:02Z")
    expect(page.locator(".clock b")).to_have_text("25 min left")
    page.evaluate(set_clock, "2026-05-12T11:10:00Z")
    expect(page.locator(".clock b")).to_have_text("15 min left")


# --- live.js


def live_list(*refs: str, stamp: str = "1", inside: str = "", head: str = "") -> str:
    """A live list with one row for each reference."""
    rows = "".join(
        f'<tr data-ref="{ref}"><td><a class="name" href="#{ref}">Company {ref}</a></td>'
        f'<td><button data-key="a">Accept</button></td></tr>'
        for ref in refs
    )
    return (
        f'<div data-live data-live-url="/list?stamp={stamp}" data-live-seconds="1">'
        f"{inside}<table><tbody>{rows}</tbody></table></div>{head}"
    )


def open_live(page: Page, site: Site, body: str, scripts: str = "live keys") -> None:
    """Open a page with a live list; its time runs only when the test says so."""
    stand_still(page)
    page.goto(site.page(body, now="2026-05-12T11:00:00Z", scripts=scripts))


def rows_of(page: Page) -> list[str]:
    """The references on screen."""
    refs: list[str] = page.locator("[data-ref]").evaluate_all(
        "(rows) => rows.map((r) => r.dataset.ref)"
    )
    return refs


def one_beat(page: Page, seconds: float = 1.05) -> None:
    """Let the list ask once and take its answer."""
    with page.expect_response("**/list*"):
        page.clock.run_for(int(seconds * 1000))


def test_a_live_list_asks_with_its_stamp_and_draws_what_changed(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a", "b"))
    site.answers["/list?stamp=1"] = Answer(live_list("c", "a", stamp="2"))
    one_beat(page)
    expect(page.locator("[data-ref=c]")).to_be_visible()
    assert rows_of(page) == ["c", "a"]
    asked, headers = next(entry for entry in site.asked if entry[0].startswith("/list"))
    assert (asked, headers["X-Live"]) == ("/list?stamp=1", "1")
    site.answers["/list?stamp=2"] = Answer(live_list("d", stamp="3"))
    one_beat(page)
    expect(page.locator("[data-ref=d]")).to_be_visible()


def test_nothing_is_drawn_when_nothing_changed(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a"))
    page.evaluate("document.querySelector('[data-ref=a]').mine = true")
    site.answers["/list"] = Answer("", 204)
    one_beat(page)
    one_beat(page)
    assert site.asks("/list") == 2
    assert page.evaluate("document.querySelector('[data-ref=a]').mine") is True


def test_the_marked_row_and_the_focus_stay_where_they_were(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a", "b"))
    page.keyboard.press("j")
    page.locator("[data-ref=b] button").focus()
    site.answers["/list"] = Answer(live_list("new", "a", "b", stamp="2"))
    one_beat(page)
    expect(page.locator("[data-ref=new]")).to_be_visible()
    expect(page.locator("[data-ref=b]")).to_have_class("marked")
    expect(page.locator("tr.marked")).to_have_count(1)
    expect(page.locator("[data-ref=b] button")).to_be_focused()


def test_the_row_one_looks_at_stays_in_place_when_others_come_above(page: Page, site: Site) -> None:
    refs = [f"r{number}" for number in range(80)]
    open_live(page, site, live_list(*refs))
    page.locator("[data-ref=r40]").evaluate("(row) => row.scrollIntoView()")
    top = "document.querySelector('[data-ref=r45]').getBoundingClientRect().top"
    before = page.evaluate(top)
    site.answers["/list"] = Answer(live_list("n1", "n2", "n3", *refs, stamp="2"))
    one_beat(page)
    expect(page.locator("[data-ref=n1]")).to_be_attached()
    assert page.evaluate(top) == pytest.approx(before, abs=1)


def test_counters_elsewhere_are_replaced(page: Page, site: Site) -> None:
    nav = '<span id="count-inbox" class="count">3</span><p id="foot">old</p>'
    open_live(page, site, nav + live_list("a"))
    oob = '<template><span id="count-inbox" class="count late" data-oob>4</span></template>'
    site.answers["/list"] = Answer(
        live_list("a", stamp="2", head=f'{oob}<p id="foot" data-oob>Every lead accounted for</p>')
    )
    one_beat(page)
    expect(page.locator("#count-inbox")).to_have_text("4")
    expect(page.locator("#count-inbox")).to_have_class("count late")
    expect(page.locator("#foot")).to_have_text("Every lead accounted for")
    expect(page.locator("[data-oob]")).to_have_count(0)


SET_SIGHT = (
    "Object.defineProperty(document, 'visibilityState', {{ value: '{}', configurable: true }})"
)
BUSY = {
    "typing": "document.querySelector('[data-live] input').focus()",
    "dialog": "document.querySelector('dialog').showModal()",
    "menu": "document.querySelector('details').open = true",
    "selection": "getSelection().selectAllChildren(document.querySelector('[data-ref=a]'))",
    "press": "document.querySelector('[data-ref=a]').dispatchEvent("
    "new PointerEvent('pointerdown', { bubbles: true }))",
    "hidden": SET_SIGHT.format("hidden"),
}
FREE = {
    "typing": "document.activeElement.blur()",
    "dialog": "document.querySelector('dialog').close()",
    "menu": "document.querySelector('details').open = false",
    "selection": "getSelection().removeAllRanges()",
    "press": "document.dispatchEvent(new PointerEvent('pointerup'))",
    "hidden": SET_SIGHT.format("visible"),
}


@pytest.mark.parametrize("work", BUSY)
def test_a_list_is_left_alone_while_somebody_works_in_it(page: Page, site: Site, work: str) -> None:
    inside = "<input><details><summary>Menu</summary></details>"
    open_live(page, site, live_list("a", inside=inside) + "<dialog>Reject</dialog>")
    site.answers["/list"] = Answer(live_list("b", stamp="2"))
    page.evaluate(BUSY[work])
    page.clock.run_for(5000)
    assert (site.asks("/list"), rows_of(page)) == (0, ["a"])
    page.evaluate(FREE[work])
    one_beat(page)
    expect(page.locator("[data-ref=b]")).to_be_visible()


def test_an_answer_that_comes_while_somebody_began_to_type_is_left_out(
    page: Page, site: Site
) -> None:
    open_live(page, site, live_list("a", inside="<input>"))
    site.answers["/list"] = Answer(live_list("b", stamp="2"))
    page.evaluate(
        """() => { const real = fetch; window.fetch = async (...all) => {
            const answer = await real(...all);
            document.querySelector("input").focus();
            return answer; }; }"""
    )
    one_beat(page)
    expect(page.locator("input")).to_be_focused()
    assert rows_of(page) == ["a"]


def test_it_asks_at_once_when_told_to(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a").replace('seconds="1"', 'seconds="3600"'))
    site.answers["/list"] = Answer(live_list("b", stamp="2"))
    page.evaluate("document.dispatchEvent(new Event('live:now'))")
    expect(page.locator("[data-ref=b]")).to_be_visible()


def test_a_lost_connection_is_said_and_the_old_content_stays(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a"))
    site.answers["/list"] = Answer("", 503)
    one_beat(page)
    note = page.locator(".live-note")
    expect(note).to_have_text("Not connected since 13:00. What you see may be old. Trying again…")
    expect(page.locator("[data-live]")).to_have_class("stale")
    assert rows_of(page) == ["a"]
    page.clock.run_for(1000)
    assert site.asks("/list") == 1, "the next try waits longer"
    site.answers["/list"] = Answer("", 204)
    one_beat(page)
    expect(note).to_have_count(0)
    expect(page.locator("[data-live].stale")).to_have_count(0)


def test_a_server_that_is_gone_is_a_lost_connection(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a"))
    page.route("**/list*", lambda route: route.abort())
    page.clock.run_for(1050)
    expect(page.locator(".live-note")).to_contain_text("Not connected since 13:00.")


@pytest.mark.parametrize(
    "answer",
    [Answer("", 401), Answer("", 302, {"Location": "/accounts/login/"})],
    ids=["401", "302"],
)
def test_who_is_signed_out_is_told_and_nothing_is_asked_any_more(
    page: Page, site: Site, answer: Answer
) -> None:
    open_live(page, site, live_list("a"))
    site.answers["/list"] = answer
    one_beat(page)
    expect(page.locator(".live-note")).to_contain_text("You are signed out.")
    expect(page.get_by_role("link", name="Sign in again")).to_have_attribute(
        "href", re.compile(re.escape(site.address))
    )
    page.clock.run_for(120_000)
    assert (site.asks("/list"), site.asks("/accounts/login/")) == (1, 0)
    assert rows_of(page) == ["a"]


def test_the_date_of_an_answer_puts_the_clocks_right(page: Page, site: Site) -> None:
    clock = clock_at(due="2026-05-12T11:25:00Z", risk="2026-05-12T11:20:00Z")
    open_live(page, site, clock + live_list("a"), scripts="clock live")
    site.answers["/list"] = Answer("", 204, {"date": "Tue, 12 May 2026 11:10:00 GMT"})
    one_beat(page)
    expect(page.locator(".clock b")).to_have_text("15 min left")


# --- keys.js

ROWS = """
<input id="q" data-key="/"><button data-key="u">Undo</button>
<dialog id="keys"><p>All keys</p></dialog>
<table><tbody>
<tr data-ref="a"><td><a class="name" href="#a">A</a><button data-key="a">Accept</button>
<button data-key="r">Reject</button></td></tr>
<tr data-ref="b"><td><a class="name" href="#b">B</a><button data-key="a">Accept</button>
<button data-key="f">Follow up</button></td></tr></tbody></table>
"""


@pytest.fixture
def inbox(page: Page, site: Site) -> Page:
    """A list under the keyboard that notes what was pressed."""
    page.goto(site.page(ROWS, scripts="keys"))
    expect(page.locator("tr.marked")).to_have_attribute("data-ref", "a")
    page.evaluate(
        """() => { window.pressed = []; addEventListener("click", ({ target }) => {
            const row = target.closest("tr")?.dataset.ref ?? "";
            pressed.push(`${row}:${target.dataset.key ?? "open"}`); }); }"""
    )
    return page


def pressed(page: Page) -> list[str]:
    """What was clicked, as row:key."""
    keys: list[str] = page.evaluate("pressed")
    return keys


def test_j_and_k_move_the_mark_and_stop_at_the_ends(inbox: Page) -> None:
    marks = []
    for key in "jjkk":
        inbox.keyboard.press(key)
        marks.append(inbox.locator("tr.marked").get_attribute("data-ref"))
    assert marks == ["b", "b", "a", "a"]
    expect(inbox.locator("tr[aria-current=true]")).to_have_count(1)


def test_a_key_presses_the_button_of_the_marked_row(inbox: Page) -> None:
    for key in ("a", "j", "a", "f", "r", "u"):
        inbox.keyboard.press(key)
    assert pressed(inbox) == ["a:a", "b:a", "b:f", ":u"]


def test_enter_opens_the_marked_lead(inbox: Page) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("Enter")
    expect(inbox).to_have_url(re.compile("#b$"))


def test_enter_belongs_to_a_button_that_has_the_focus(inbox: Page) -> None:
    inbox.locator("[data-ref=a] [data-key=r]").focus()
    inbox.keyboard.press("Enter")
    assert pressed(inbox) == ["a:r"]


def test_moving_on_takes_the_focus_out_of_the_row_that_was_left(inbox: Page) -> None:
    inbox.locator("[data-ref=a] [data-key=a]").focus()
    inbox.keyboard.press("j")
    inbox.keyboard.press("Enter")
    assert pressed(inbox) == ["b:open"]


def test_keys_are_letters_while_somebody_types(inbox: Page) -> None:
    inbox.keyboard.press("/")
    expect(inbox.locator("#q")).to_be_focused()
    inbox.keyboard.type("ajr?")
    expect(inbox.locator("#q")).to_have_value("ajr?")
    assert pressed(inbox) == []
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("a")
    assert pressed(inbox) == ["a:a"]


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta", "Shift"])
def test_a_key_with_a_modifier_is_left_to_the_browser(inbox: Page, modifier: str) -> None:
    inbox.keyboard.press(f"{modifier}+KeyA")
    assert pressed(inbox) == []


def test_all_keys_are_shown_and_rest_while_they_are(inbox: Page) -> None:
    inbox.keyboard.press("?")
    expect(inbox.locator("#keys")).to_be_visible()
    inbox.keyboard.press("a")
    assert pressed(inbox) == []
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#keys")).to_be_hidden()


def test_a_click_in_a_row_marks_it(inbox: Page) -> None:
    inbox.locator("[data-ref=b] [data-key=f]").click()
    expect(inbox.locator("tr.marked")).to_have_attribute("data-ref", "b")


def test_without_rows_a_key_presses_the_button_of_the_page(page: Page, site: Site) -> None:
    page.goto(site.page('<button data-key="a">Accept</button>', scripts="keys"))
    page.evaluate(
        "document.querySelector('button').addEventListener('click', (e) => e.target.remove())"
    )
    page.keyboard.press("a")
    expect(page.locator("button")).to_have_count(0)


def test_when_the_marked_row_goes_the_next_one_is_marked(page: Page, site: Site) -> None:
    open_live(page, site, live_list("a", "b", "c"))
    page.keyboard.press("j")
    site.answers["/list"] = Answer(live_list("a", "c", stamp="2"))
    one_beat(page)
    expect(page.locator("[data-ref=c]")).to_have_class("marked")
