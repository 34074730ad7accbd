/* A hosted form that asks browsers for a little work: it is done while the visitor types. Without
   script the form is sent all the same, and a person looks at it first. */
import { work } from "./proof.js";

const form = document.querySelector("form[data-bits]");
if (form) {
  const proof = document.createElement("input");
  Object.assign(proof, { type: "hidden", name: "proof" });
  form.append(proof);
  const done = work(form.elements.signed_at.value, Number(form.dataset.bits)).then((number) => {
    proof.value = number;
  });
  form.addEventListener("submit", (event) => {
    if (proof.value) return;
    event.preventDefault();
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    done.then(() => form.requestSubmit(button));
  });
}
