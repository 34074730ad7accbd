/* Live parts of a page: ask again every second, draw only what changed.

   <div data-live data-live-url="/inbox/?stamp=…" data-live-seconds="1"> … </div>

   The request carries `X-Live: 1`. 204: nothing changed. 200: the answer holds the element anew
   (with the next stamp in its URL), and elements with `data-oob` and an id, which replace those
   of the same id elsewhere; they may stand inside `<template>`. Asked at once after the event
   `live:now`; fires `live:placed` once it stands in the page and `live:swapped` once the person is
   back where they were. While somebody works inside the element it is left alone. */

const SLOWEST = 30, PATIENCE = 10_000;
const lives = new Map();

/* Leaving the page breaks the request under way; that is no lost connection. */
let leaving = false;
window.addEventListener("beforeunload", () => { leaving = true; });

const live = () => document.querySelectorAll("[data-live]");
const secondsOf = (element) => Number.parseFloat(element.dataset.liveSeconds) || 1;

/* A drawing under the hands of somebody loses what they type, select or are about to press. */
let pressed = null;
document.addEventListener("pointerdown", (event) => { pressed = event.target; });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => { pressed = null; });
}

function isBusy(element) {
  const focus = document.activeElement, selection = document.getSelection();
  if (document.querySelector("dialog[open]") || element.querySelector("details[open]")) return true;
  if (pressed && element.contains(pressed)) return true;
  if (focus && element.contains(focus) && focus.matches("input, select, textarea, [contenteditable]")) return true;
  if (element.querySelector("[aria-busy='true']")) return true;
  return Boolean(selection && !selection.isCollapsed && selection.rangeCount
    && selection.getRangeAt(0).intersectsNode(element));
}

/* Where the person is: the marked row, the focused control, and how far down they look. */
const rowOf = (root, ref) => ref && root.querySelector(`[data-ref="${CSS.escape(ref)}"]`);
const controls = (root) => [...root.querySelectorAll("a[href], button, summary, [tabindex]")];

function whereabouts(element) {
  const focus = element.contains(document.activeElement) ? document.activeElement : null;
  const focusRow = focus?.closest("[data-ref]");
  const rows = [...element.querySelectorAll("[data-ref]")];
  const seen = rows.find((row) => row.getBoundingClientRect().bottom > 0);
  return {
    marked: element.querySelector("[data-ref].marked")?.dataset.ref,
    focusId: focus?.id,
    focusRef: focusRow?.dataset.ref,
    focusAt: focus ? controls(focusRow ?? element).indexOf(focus) : -1,
    // At the very top nobody reads a row in the middle: let new rows appear there.
    anchor: window.scrollY > 0 ? seen?.dataset.ref : undefined,
    anchorTop: seen?.getBoundingClientRect().top,
  };
}

function returnTo(element, place) {
  const row = rowOf(element, place.marked);
  if (row) {
    for (const other of element.querySelectorAll("[data-ref].marked")) other.classList.remove("marked");
    row.classList.add("marked");
    row.setAttribute("aria-current", "true");
  }
  const anchor = rowOf(element, place.anchor);
  if (anchor) window.scrollBy(0, anchor.getBoundingClientRect().top - place.anchorTop);
  if (place.focusAt < 0) return;
  const scope = place.focusRef ? rowOf(element, place.focusRef) : element;
  const target = (place.focusId && element.querySelector(`#${CSS.escape(place.focusId)}`))
    || (scope && controls(scope)[place.focusAt]);
  target?.focus({ preventScroll: true });
}

function replaceElsewhere(answer) {
  const found = [...answer.querySelectorAll("[data-oob]")];
  for (const template of answer.querySelectorAll("template")) {
    found.push(...template.content.querySelectorAll("[data-oob]"));
  }
  for (const fresh of found) {
    fresh.remove();
    const old = fresh.id && document.getElementById(fresh.id);
    fresh.removeAttribute("data-oob");
    if (!old || old.isEqualNode(fresh)) continue;
    old.replaceWith(document.adoptNode(fresh));
    window.htmx?.process(fresh);
  }
}

/* A row that says why it went (data-keep: for how many seconds) stays that long where it was. Where
   no list is left to put it into, the old one stays instead: false. */
function keepGone(element, fresh) {
  for (const row of element.querySelectorAll("tr[data-keep]")) {
    row.dataset.until ??= String(Date.now() + Number(row.dataset.keep) * 1000);
    if (rowOf(fresh, row.dataset.ref) || Date.now() > Number(row.dataset.until)) continue;
    const body = fresh.querySelector("tbody");
    if (!body) return false;
    body.insertBefore(row, body.rows[row.sectionRowIndex] ?? null);
  }
  return true;
}

function swap(element, fresh) {
  const place = whereabouts(element), beat = lives.get(element);
  if (!keepGone(element, fresh)) return;
  lives.delete(element);
  lives.set(fresh, beat);
  element.replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new CustomEvent("live:placed", { detail: { element: fresh } }));
  returnTo(fresh, place);
  window.htmx?.process(fresh);
  document.dispatchEvent(new CustomEvent("live:swapped", { detail: { element: fresh, place } }));
}

/* The line above the list, once something is wrong. Announced once, not at every try. */
function note(element, text, link = "") {
  const beat = lives.get(element);
  element.classList.add("stale");
  if (beat.note?.isConnected && beat.note.dataset.text === text) return;
  beat.note?.remove();
  beat.note = document.createElement("p");
  beat.note.className = "live-note";
  beat.note.setAttribute("role", "alert");
  beat.note.dataset.text = text;
  beat.note.textContent = text;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = window.location.href;
    anchor.textContent = link;
    beat.note.append(" ", anchor);
  }
  element.before(beat.note);
}

function allIsWell(element) {
  const beat = lives.get(element);
  element.classList.remove("stale");
  beat.note?.remove();
  Object.assign(beat, { note: null, failures: 0, since: "" });
}

function lostConnection(element) {
  const beat = lives.get(element);
  beat.failures += 1;
  beat.since ||= new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit", minute: "2-digit", timeZone: document.documentElement.dataset.zone || undefined,
  }).format(new Date());
  note(element, `Not connected since ${beat.since}. What you see may be old. Trying again…`);
}

/* The server's time, for a client clock that is wrong and for a page out of the cache. */
function hearTime(response) {
  const said = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(said)) document.dispatchEvent(new CustomEvent("clock:set", { detail: said }));
}

/* When the sweep last ran: said with every answer, also with one that brings nothing new. */
function hearSweep(response) {
  const swept = response.headers.get("X-Swept-At");
  const age = document.querySelector("#foot [data-since]");
  if (swept && age) age.dataset.since = swept;
}

function stop(element, text, link) {
  lives.get(element).stopped = true;
  note(element, text, link);
}

async function take(element, response) {
  if (response.status === 204) return allIsWell(element);
  if (response.type === "opaqueredirect" || response.status === 401) {
    return stop(element, "You are signed out. What you see may be old.", "Sign in again");
  }
  if (response.status >= 500 || response.status === 429) return lostConnection(element);
  if (!response.ok) return stop(element, "This list cannot be shown to you any more.", "Load the page anew");
  const answer = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = answer.querySelector("[data-live]");
  if (!fresh) return stop(element, "The answer was not the list. What you see may be old.", "Load the page anew");
  // The stamp in the URL stays the old one, so what is left out now comes with the next answer.
  if (!element.isConnected || isBusy(element)) return undefined;
  allIsWell(element);
  replaceElsewhere(answer);
  return swap(element, fresh);
}

async function ask(element) {
  const beat = lives.get(element);
  if (beat.asking || beat.stopped || document.visibilityState !== "visible" || isBusy(element)) return;
  beat.asking = true;
  try {
    const response = await fetch(element.dataset.liveUrl, {
      headers: { "X-Live": "1", Accept: "text/html" },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.type !== "opaqueredirect") {
      hearTime(response);
      hearSweep(response);
    }
    await take(element, response);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    if (!leaving) lostConnection(element);
    leaving = false;
  } finally {
    beat.asking = false;
  }
}

function wait(element) {
  const beat = lives.get(element);
  const pause = Math.min(secondsOf(element) * 2 ** beat.failures, Math.max(SLOWEST, secondsOf(element)));
  beat.timer = setTimeout(() => turn(beat), pause * 1000);
}

const elementOf = (beat) => [...lives].find(([, value]) => value === beat)?.[0];

async function turn(beat) {
  clearTimeout(beat.timer);
  let element = elementOf(beat);
  if (element?.isConnected) await ask(element);
  element = elementOf(beat);
  if (!element) return;
  if (!element.isConnected) lives.delete(element);
  else if (beat.again) again(beat);
  else wait(element);
}

function again(beat) {
  beat.again = false;
  turn(beat);
}

function start() {
  for (const element of live()) {
    if (lives.has(element)) continue;
    lives.set(element, { failures: 0, since: "", note: null, asking: false, stopped: false, again: false, timer: 0 });
    wait(element);
  }
}

function askAllNow() {
  start();
  for (const beat of lives.values()) {
    // An answer under way may be older than what was just decided.
    if (beat.asking) beat.again = true;
    else turn(beat);
  }
}

// Later, because htmx fires it while the button that was pressed is still busy.
document.addEventListener("live:now", () => queueMicrotask(askAllNow));
document.addEventListener("htmx:load", start);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") askAllNow();
});
window.addEventListener("online", askAllNow);
start();
