// What both kinds of page do for whoever writes: words are kept, a press counts once, what is shown once is not lost.
import { drafts } from "./drafts.js";

export const said = document.getElementById("said").dataset;
const REST = 500;
const WORDS = "textarea, [data-words]";
const KEPT = `${WORDS}, [type=radio], [type=checkbox]`;
const STEPS = [0, 10, 20, 50, 100, 200, 400];

export function written(form) {
  return Boolean(form.dataset.draft && drafts.get(form.dataset.draft));
}

function remember(form) {
  if (!form?.dataset.draft) return;
  const boxes = [...form.querySelectorAll(KEPT)];
  if (!boxes.some((box) => box.matches(WORDS) && box.value.trim())) return drafts.drop(form.dataset.draft);
  const words = boxes.filter((box) => box.matches(WORDS)).map((box) => [box.name, box.value]);
  const chosen = boxes.filter((box) => box.checked).map((box) => [box.name, box.value]);
  drafts.put(form.dataset.draft, { words, chosen });
}

// Words may be in it already: a page brought them back, or somebody was quicker than this script.
function begun(form) {
  return "typed" in form.dataset || [...form.querySelectorAll(WORDS)].some((box) => box.value !== box.defaultValue);
}

function restore(form) {
  const draft = form.dataset.draft && drafts.get(form.dataset.draft);
  if (!draft) return;
  let again = false;
  for (const [name, value] of draft.words) {
    const box = form.elements[name];
    again ||= Boolean(box && box.value !== value && value);
    if (box) box.value = value;
  }
  for (const box of form.querySelectorAll("[type=radio], [type=checkbox]"))
    box.checked = draft.chosen.some(([name, value]) => name === box.name && value === box.value);
  if (again) note(form, "again", said.again, "status");
}

function note(form, kind, words, role) {
  form.querySelector(`.${kind}`)?.remove();
  const line = document.createElement("p");
  line.className = `${kind} ${role === "alert" ? "error" : "note"}`;
  line.setAttribute("role", role);
  line.textContent = words;
  const row = form.querySelector(":scope > .row");
  if (row) row.before(line); else form.append(line);
}

export function tell(form, words) { note(form, "unsent", words, "alert"); }

// Nothing takes a press that was meant for what stood there before.
export function settle(root) {
  const resting = [...root.querySelectorAll("button:enabled")];
  for (const button of resting) button.disabled = true;
  setTimeout(() => { for (const button of resting) button.disabled = false; }, REST);
}

// One press is one press: its form takes no other until there is an answer.
export function hold(form) {
  const focused = document.activeElement;
  const held = [...form.querySelectorAll("button:enabled")];
  for (const button of held) button.disabled = true;
  return () => {
    for (const button of held) button.disabled = false;
    if (held.includes(focused) && focused.isConnected && document.activeElement === document.body) focused.focus();
  };
}

// Whoever looks sees every character; whoever listens hears how many are left now and then, or could not think.
function count(box) {
  const longest = Number(box.dataset.longest);
  const left = longest - [...box.value.trim()].length;
  const [line, heard] = ["count", "heard"].map((part) => document.getElementById(`${box.id}-${part}`));
  line.textContent = left < 0 ? said.over.replace("{n}", -left) : left <= longest / 5 ? said.left.replace("{n}", left) : "";
  line.classList.toggle("error", left < 0);
  box.setCustomValidity(left < 0 ? line.textContent : "");
  const step = left < 0 ? "over" : String(line.textContent && STEPS.find((most) => left <= most));
  if (heard.dataset.step === step) return;
  heard.dataset.step = step;
  heard.textContent = line.textContent;
}

function counted(box) {
  const [line, heard] = ["count", "heard"].map((part) => {
    const words = document.createElement("p");
    words.id = `${box.id}-${part}`;
    return words;
  });
  line.className = "note";
  heard.className = "hidden";
  heard.setAttribute("role", "status");
  box.after(line, heard);
  box.setAttribute("aria-describedby", `${box.getAttribute("aria-describedby") ?? ""} ${line.id}`.trim());
  count(box);
}

function copied(words) {
  const button = document.createElement("button");
  const line = document.createElement("span");
  button.type = "button";
  button.className = "plain copy";
  button.textContent = said.copy;
  line.className = "note";
  line.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words.textContent);
      line.textContent = said.copied;
    } catch {
      getSelection().selectAllChildren(words);
      line.textContent = said.selected;
    }
  });
  words.after(button, line);
}

// A form that has just come in front of somebody.
export function prepare(form) {
  for (const box of form.querySelectorAll("textarea[data-longest]")) counted(box);
  for (const words of form.querySelectorAll(".once")) copied(words);
  if (!written(form) && begun(form)) remember(form);
  restore(form);
  for (const box of form.querySelectorAll("textarea[data-longest]")) count(box);
}

// Asks before words are thrown away. Escape keeps them.
export function ask(thrown) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog ask";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", "ask-title");
  const title = document.createElement("h2");
  title.id = "ask-title";
  title.tabIndex = -1;
  title.textContent = said.ask;
  const row = document.createElement("div");
  row.className = "row";
  const before = document.activeElement;
  const end = () => { dialog.remove(); before?.focus(); };
  for (const [words, kind, act] of [[said.keep, "primary", end], [said.throw, "danger", () => { end(); thrown(); }]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = kind;
    button.textContent = words;
    button.addEventListener("click", act);
    row.append(button);
  }
  dialog.append(title, row);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); end(); });
  dialog.addEventListener("close", end);
  document.body.append(dialog);
  dialog.showModal();
  title.focus();
  settle(dialog);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-longest]")) count(event.target);
  remember(event.target.form);
});
