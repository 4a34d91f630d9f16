// The page works without this. With it, nothing reloads: a press swaps what changed, and news arrives by itself.
import { drafts } from "./drafts.js";
import { ask, hold, prepare, said, settle, tell, written } from "./keep.js";

const composer = document.querySelector(".composer");
const bottom = () => { const list = document.getElementById("messages"); list.scrollTop = list.scrollHeight; };
const PARTS = ["messages", "form", "now", "jumps"];
const drawn = new Map();
let turn = Promise.resolve();
let opener = null;

// Where the focus is, in words that outlive what is swapped.
function standing() {
  const button = document.activeElement;
  const part = button?.closest("article, #jumps");
  return part ? { part: part.id, at: [...part.querySelectorAll("button")].indexOf(button) } : null;
}

function stand(place) {
  const part = place && document.getElementById(place.part);
  (part?.querySelectorAll("button")[place.at] ?? composer.elements.words).focus();
}

function swap(page, ids) {
  const list = document.getElementById("messages");
  const before = list.querySelectorAll(".message").length;
  const place = standing() ?? opener;
  for (const id of ids) {
    const fresh = page.getElementById(id);
    const here = document.getElementById(id);
    if (fresh.innerHTML !== drawn.get(id)) {
      drawn.set(id, fresh.innerHTML);
      here.innerHTML = fresh.innerHTML;
      if (id === "form") present();
    }
  }
  if (place && document.activeElement === document.body) stand(place);
  if (list.querySelectorAll(".message").length > before) bottom();
}

// The form in front: nothing behind it can be pressed, and it takes no press in its first moments.
function present() {
  const dialog = document.querySelector("#form dialog");
  if (!dialog) return stand(opener);
  const form = dialog.querySelector("form");
  dialog.removeAttribute("open");
  dialog.showModal();
  prepare(form);
  settle(dialog);
  (dialog.querySelector("[aria-invalid], textarea, input:not([type=hidden])") ?? dialog.querySelector("h2")).focus();
}

function leave(form) {
  if ("once" in form.dataset) form.querySelector(".row .primary").focus();
  else form.querySelector('button[name="submit"][value="no"]').click();
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    swap(parsed(await answer.text()), PARTS.filter((id) => id !== "form"));
  } catch { /* Nobody is there at the moment. What was typed stays, and the next news brings the rest. */ }
}

function parsed(text) { return new DOMParser().parseFromString(text, "text/html"); }

async function send(form, fields, words, release) {
  document.body.classList.add("busy");
  try {
    const headers = { "X-Page": "here" };
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields, headers });
    if (answer.ok) take(parsed(await answer.text()), form === composer || carries(fields, words), words);
    else tell(form.isConnected ? form : composer, { 409: said.gone, 413: said.long }[answer.status] ?? said.lost);
  } catch {
    tell(form.isConnected ? form : composer, said.lost);
  } finally {
    release();
    document.body.classList.remove("busy");
  }
}

// Whether a button does what was misspelled below: then those words have been used.
function carries(fields, words) { return Boolean(fields.get("v.text") && words.endsWith(fields.get("v.text"))); }

function take(page, composed, words) {
  document.querySelectorAll(".unsent").forEach((line) => line.remove());
  if (page.body.dataset.accepted) drafts.drop(page.body.dataset.accepted);
  if (composed) {
    const fresh = page.querySelector(".composer").elements;
    composer.elements.once.value = fresh.once.value;
    if (composer.elements.words.value === words) compose(fresh.words.value);
  }
  swap(page, PARTS);
}

function compose(words) {
  composer.elements.words.value = words;
  composer.querySelector(".again")?.remove();
  if (!words) drafts.drop(composer.dataset.draft);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.getAttribute("method") !== "post" || form.getAttribute("action") === "/choose") return;
  event.preventDefault();
  if (submitter?.value === "no" && written(form)) return ask(() => { drafts.drop(form.dataset.draft); submitter.click(); });
  if (!form.closest("#form")) opener = standing();
  // One after the other, in the order pressed: nothing is lost when somebody is quicker than the page.
  const fields = new URLSearchParams(new FormData(form, submitter));
  const release = hold(form);
  const words = composer.elements.words.value;
  turn = turn.then(() => send(form, fields, words, release));
});

document.addEventListener("keydown", (event) => {
  const form = document.querySelector("#form form");
  if (event.key !== "Escape" || !form || document.querySelector("dialog.ask")) return;
  event.preventDefault();
  leave(form);
});
document.addEventListener("cancel", (event) => event.preventDefault(), true);

new EventSource("/stream").addEventListener("changed", () => {
  if (!document.body.classList.contains("busy")) refresh();
});
for (const id of PARTS) drawn.set(id, document.getElementById(id).innerHTML);
prepare(composer);
if (document.querySelector("#form dialog")) present();
bottom();
