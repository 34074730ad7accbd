/* For a form of ours on another site: sends it without leaving the page, and says beside each field
   what is wrong. Without this script, or where it cannot reach us, the form is sent as any plain
   form and answered on a page of ours. */
import { work } from "./proof.js";

const UTM = /^utm_(source|medium|campaign|term|content)$/;

for (const form of document.querySelectorAll("form[data-leadbridge]")) prepare(form);

function prepare(form) {
  for (const [name, text] of new URLSearchParams(location.search)) {
    if (UTM.test(name)) hold(form, name, text);
  }
  let mark = marked(form);
  mark.catch(() => {}); // said when it is needed
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    try {
      const { signed_at, proof } = await mark;
      hold(form, "signed_at", signed_at);
      if (proof) hold(form, "proof", proof);
      const said = await sent(form);
      if (said.mark) mark = marked(form);
      answer(form, said);
    } catch {
      form.submit();
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

function hold(form, name, text) {
  let input = form.elements.namedItem(name);
  if (!input) {
    input = document.createElement("input");
    Object.assign(input, { type: "hidden", name });
    form.append(input);
  }
  input.value = text;
}

async function marked(form) {
  const said = await (await fetch(new URL("mark/", form.action))).json();
  return { signed_at: said.mark, proof: said.bits ? await work(said.mark, said.bits) : "" };
}

async function sent(form) {
  const body = new URLSearchParams(new FormData(form));
  const headers = { Accept: "application/json" };
  return (await fetch(form.action, { method: "POST", headers, body })).json();
}

function answer(form, said) {
  for (const old of form.querySelectorAll("[data-leadbridge-said]")) old.remove();
  if (said.url) location.assign(said.url);
  else if (said.ok) form.replaceChildren(words(`${said.title}. ${said.text}`, "status"));
  else {
    form.prepend(words(said.message, "alert"));
    for (const [name, sentences] of Object.entries(said.errors || {})) {
      form.elements.namedItem(name)?.after(words(sentences.join(" "), "alert"));
    }
  }
}

function words(text, role) {
  const found = document.createElement("p");
  found.textContent = text;
  found.dataset.leadbridgeSaid = "";
  found.setAttribute("role", role);
  return found;
}
