/* What every page needs besides: the dialog, buttons that cannot be pressed twice, toasts, and
   plain words when an answer fails. Everything works without it, only with more page loads. */

const dialog = document.getElementById("dialog");
const say = document.getElementById("say");

/* The dialog: anything loaded into it opens it; `HX-Trigger: dialog-close` closes it. */
if (dialog) {
  let opener = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === dialog && !dialog.open) opener = event.detail.elt;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog) return;
    // An answer that only speaks (a refusal, say) leaves nothing inside.
    if (!dialog.childElementCount) return dialog.close();
    if (!dialog.open) dialog.showModal();
    const wrong = dialog.querySelector("[aria-invalid='true']");
    (wrong ?? dialog.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
  });
  document.addEventListener("dialog-close", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    // A link "Cancel" leads back to the page for those without script; here it only closes.
    if (event.target === dialog || event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    opener = null;
  });
}

/* The token for htmx; plain forms carry their own. */
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

/* Busy buttons. A plain form leaves the page, so its buttons stay busy; when the page comes back
   out of the cache they are freed. */
function setBusy(button, busy) {
  if (!button) return;
  button.toggleAttribute("data-was-busy", busy);
  if (busy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

const buttonOf = (element) => (element?.matches?.("button, .btn") ? element
  : element?.querySelector?.("button:not([type=button])"));

document.addEventListener("submit", (event) => {
  const button = event.submitter ?? buttonOf(event.target);
  if (event.target.method === "dialog") return;
  if (button?.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  setBusy(button, true);
}, { capture: true });
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[aria-busy='true']");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
document.addEventListener("htmx:beforeRequest", (event) => setBusy(buttonOf(event.detail.elt), true));
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt } = event.detail;
  for (const button of [elt, ...elt.querySelectorAll("[aria-busy]")]) setBusy(button, false);
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[data-was-busy]")) setBusy(button, false);
});

/* Toasts leave by themselves, but not under the pointer or the focus. */
function leaveLater(toast) {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), Number(toast.dataset.toast) * 1000); };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  const close = toast.querySelector("[data-dismiss]");
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
  }
  start();
}

if (say) {
  for (const toast of say.querySelectorAll("[data-toast]")) leaveLater(toast);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node instanceof HTMLElement && node.matches("[data-toast]")) leaveLater(node);
    }
  }).observe(say, { childList: true });
}

function sayFailed(text) {
  if (!say) return;
  const toast = document.createElement("div");
  toast.className = "toast error";
  toast.dataset.toast = "20";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  say.replaceChildren(toast);
}

/* What happened, what was kept, what to do. */
const failures = {
  401: "You are signed out. Nothing was changed. Load the page anew to sign in.",
  403: "You may not do this. Nothing was changed. Ask your manager if you should be able to.",
  404: "This is not there any more. Nothing was changed. Load the page anew.",
  413: "This file is too large. Nothing was changed.",
  429: "That was too often in a short time. Nothing was changed. Wait a minute and try again.",
};
/* A refusal that brings its own words is shown as it is, whatever its status. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status < 400 || !event.detail.serverResponse.includes('hx-swap-oob="')) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
document.addEventListener("htmx:responseError", (event) => {
  sayFailed(failures[event.detail.xhr.status]
    ?? "The server could not finish this. What you typed is still here. Try again in a moment.");
});
for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => {
    sayFailed("No connection to the server. What you typed is still here. Try again in a moment.");
  });
}
