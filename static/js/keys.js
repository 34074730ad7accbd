/* The keyboard: J K move the marked row, the other keys press what bears their name.

   A row is `tr[data-ref]`; what a key does in it bears `data-key="a"`. Without rows (on the page
   of one lead) the key presses the first such thing in the page. Off while somebody types, with a
   modifier held, or with a dialog open. */

const rows = () => [...document.querySelectorAll("tr[data-ref]")];
const marked = () => document.querySelector("tr[data-ref].marked");

let lastAt = 0;

function mark(row, { scroll = false } = {}) {
  if (!row) return;
  for (const other of document.querySelectorAll("tr[data-ref].marked")) {
    other.classList.remove("marked");
    other.removeAttribute("aria-current");
  }
  row.classList.add("marked");
  row.setAttribute("aria-current", "true");
  lastAt = rows().indexOf(row);
  if (scroll) row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  const at = all.indexOf(marked());
  mark(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))], { scroll: true });
  // The focus would otherwise stay in the row that was left, and Enter would press it.
  if (document.activeElement?.closest("tr[data-ref]") && document.activeElement.closest("tr[data-ref]") !== marked()) {
    document.activeElement.blur();
  }
}

/* After a row has gone, the one that took its place is next. */
function keepMark() {
  const all = rows();
  if (all.length && !marked()) mark(all[Math.min(lastAt, all.length - 1)]);
  else lastAt = all.indexOf(marked());
}

function press(key) {
  const name = `[data-key="${CSS.escape(key)}"]`;
  const outside = [...document.querySelectorAll(name)].find((found) => !found.closest("tr[data-ref]"));
  const target = marked()?.querySelector(name) ?? outside;
  if (!target || target.disabled) return false;
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.select?.();
  } else {
    target.click();
  }
  return true;
}

const isTyping = (target) => target instanceof Element
  && Boolean(target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]"));

/* Enter belongs to whatever has the focus. A dialog just closed gives it back a moment later. */
const isFree = (focus) => !focus || focus === document.body || Boolean(focus.closest("dialog:not([open])"));

function escape(target) {
  if (isTyping(target)) target.blur();
  for (const open of document.querySelectorAll("details.menu[open]")) open.open = false;
}

const actions = {
  j: () => move(1),
  k: () => move(-1),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return escape(event.target);
  if (isTyping(event.target) || event.repeat && !"jkJK".includes(event.key)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "Enter") {
    if (isFree(document.activeElement)) marked()?.querySelector("a.name")?.click();
    return;
  }
  if (key.length !== 1 || (event.shiftKey && /[a-z]/.test(key))) return;
  if (actions[key]) actions[key]();
  else if (!press(key)) return;
  event.preventDefault();
});

for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => mark(event.target.closest?.("tr[data-ref]")));
}
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-open='keys']")) actions["?"]();
  // A menu closes when somebody looks elsewhere.
  for (const open of document.querySelectorAll("details.menu[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("live:swapped", keepMark);
document.addEventListener("htmx:afterSettle", keepMark);
keepMark();
