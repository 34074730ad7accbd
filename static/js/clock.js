/* Every countdown on the page, with one timer.

   <span class="clock ok" data-state="ok" data-due="ISO" data-risk="ISO" data-start="ISO">
     <span>Accept: <b>14 min left</b></span><svg><rect width="46%"/></svg></span>

   A clock without data-due stands still; `<span data-since="ISO">` says how long ago. Words are those of leadbridge/kernel/words.py; both are
   tested with tests/kernel/words_cases.json. Nothing here is announced to a screen reader each
   second: the text simply is right whenever it is read.

   Fires `clock:risk` and `clock:late` (bubbling) at the second a clock turns. Listens to
   `clock:set` (detail: ISO instant or Date) to learn the server's time. */

const MINUTE = 60, HOUR = 3600, DAY = 86400;
const COUNT_WITHIN = 12 * HOUR;
const WEEKDAY_WITHIN = 6;
const TOLERANCE = 3000;

export function durationWords(seconds) {
  const whole = Math.max(0, Math.trunc(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) {
    const minutes = String(Math.floor((whole % HOUR) / MINUTE)).padStart(2, "0");
    return `${Math.floor(whole / HOUR)} h ${minutes}`;
  }
  const days = Math.floor(whole / DAY), hours = Math.floor((whole % DAY) / HOUR);
  return hours && days < 7 ? `${days} d ${hours} h` : `${days} d`;
}

const formats = new Map();

/* The wall clock of a zone; en-US because en-GB abbreviates September to four letters. */
function wall(millis, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-US", {
      timeZone: zone || undefined, hourCycle: "h23", weekday: "short", year: "numeric",
      month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
    }));
  }
  const parts = {};
  for (const { type, value } of formats.get(zone).formatToParts(millis)) parts[type] = value;
  return parts;
}

const dayNumber = (part) => Date.parse(`${part.month} ${part.day} ${part.year} UTC`) / (DAY * 1000);

export function dueWords(due, now, zone) {
  const there = wall(due, zone), today = wall(now, zone);
  const days = dayNumber(there) - dayNumber(today);
  const hour = `${there.hour}:${there.minute}`;
  if (days >= 0 && days <= WEEKDAY_WITHIN) return `${there.weekday} ${hour}`;
  const date = `${there.day} ${there.month}`;
  return there.year === today.year ? `${date} ${hour}` : `${date} ${there.year}`;
}

export function countdown(due, now, zone) {
  const left = (due - now) / 1000;
  if (Math.abs(left) < 1) return "due now";
  if (left < 0) return `${durationWords(-left)} late`;
  if (left <= COUNT_WITHIN) return `${durationWords(left)} left`;
  return `due ${dueWords(due, now, zone)}`;
}

export function toneOf(due, risk, now) {
  if (now > due) return "late";
  return now >= risk ? "risk" : "ok";
}

/* Server time. What the page says was true when its first byte left the server, not when this
   script happened to run; a page out of the cache is put right by the first answer of live.js. */
let offset = 0;

function startOffset() {
  const said = Date.parse(document.documentElement.dataset.now ?? "");
  if (Number.isNaN(said)) return 0;
  const visit = performance.getEntriesByType?.("navigation")?.[0];
  const arrived = visit?.responseStart ? performance.timeOrigin + visit.responseStart : Date.now();
  return said - arrived;
}

export const serverNow = () => Date.now() + offset;

/* What each clock showed when first met. The server knows the working calendar, so its share is
   taken as it is and only carried on from there to full at the due instant. */
const firstSeen = new WeakMap();

function beginning(clock, bar, due, now) {
  if (!firstSeen.has(clock)) {
    const drawn = Number.parseFloat(bar?.getAttribute("width"));
    const start = Date.parse(clock.dataset.start ?? "");
    const share = Number.isNaN(drawn) ? (now - start) / (due - start) : drawn / 100;
    firstSeen.set(clock, { at: now, share: Number.isFinite(share) ? share : 0 });
  }
  return firstSeen.get(clock);
}

function spent(clock, bar, due, now) {
  if (now >= due) return 100;
  const { at, share } = beginning(clock, bar, due, now);
  if (now <= at || due <= at) return 100 * share;
  return 100 * (share + (1 - share) * ((now - at) / (due - at)));
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function draw(clock, now, zone) {
  const due = Date.parse(clock.dataset.due);
  if (Number.isNaN(due)) return;
  const risk = Date.parse(clock.dataset.risk ?? "");
  const tone = toneOf(due, Number.isNaN(risk) ? due : risk, now);
  const bar = clock.querySelector("rect");
  const width = `${Math.floor(spent(clock, bar, due, now))}%`;
  setText(clock.querySelector("b"), countdown(due, now, zone));
  if (bar && bar.getAttribute("width") !== width) bar.setAttribute("width", width);
  const before = clock.dataset.state;
  if (before === tone) return;
  clock.classList.remove("ok", "risk", "late");
  clock.classList.add(tone);
  clock.dataset.state = tone;
  if (tone !== "ok") {
    clock.dispatchEvent(new CustomEvent(`clock:${tone}`, { bubbles: true, detail: { due } }));
  }
}

export function drawAll(root = document) {
  const now = serverNow(), zone = document.documentElement.dataset.zone || undefined;
  for (const clock of root.querySelectorAll(".clock[data-due]")) draw(clock, now, zone);
  for (const age of root.querySelectorAll("[data-since]")) {
    setText(age, durationWords((now - Date.parse(age.dataset.since)) / 1000));
  }
}

/* Each beat falls on a whole second of the server, so a clock turns in the second it is due. */
let timer;
function beat() {
  clearTimeout(timer);
  drawAll();
  timer = setTimeout(beat, 1000 - (serverNow() % 1000) + 1);
}

/* A Date header tells whole seconds and is a journey old, so it may only put right what is wrong. */
document.addEventListener("clock:set", (event) => {
  const said = new Date(event.detail).getTime();
  if (Math.abs(said - serverNow()) < TOLERANCE) return;
  offset = said - Date.now();
  beat();
});
document.addEventListener("live:swapped", () => drawAll());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") beat();
});

offset = startOffset();
beat();
