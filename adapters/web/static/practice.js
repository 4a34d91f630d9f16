// The page works without this. With it, nothing reloads: a press swaps what changed, and news arrives by itself.
"use strict";

const bottom = () => { const list = document.getElementById("messages"); list.scrollTop = list.scrollHeight; };

function swap(page, ids) {
  for (const id of ids) {
    const fresh = page.getElementById(id);
    const here = document.getElementById(id);
    if (fresh && here && fresh.innerHTML !== here.innerHTML) here.innerHTML = fresh.innerHTML;
  }
}

async function refresh(ids) {
  const list = document.getElementById("messages");
  const before = list.querySelectorAll(".message").length;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  swap(new DOMParser().parseFromString(await answer.text(), "text/html"), ids);
  if (list.querySelectorAll(".message").length > before) bottom();
}

function focusForm() {
  const first = document.querySelector("#form [aria-invalid], #form textarea, #form input:not([type=hidden])");
  if (first) first.focus();
}

let turn = Promise.resolve();

async function send(action, fields, form) {
  document.body.classList.add("busy");
  try {
    await fetch(action, { method: "POST", body: fields, redirect: "manual" });
    if (form.classList.contains("composer")) form.elements.words.value = "";
    await refresh(["messages", "form", "now", "jumps"]);
    focusForm();
  } finally {
    document.body.classList.remove("busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const action = form.getAttribute("action");
  if (form.getAttribute("method") !== "post" || action === "/choose") return;
  event.preventDefault();
  // One after the other, in the order pressed: nothing is lost when somebody is quicker than the page.
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  turn = turn.then(() => send(action, fields, form)).catch(() => location.reload());
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector('#form button[name="submit"][value="no"]')?.click();
});

new EventSource("/stream").addEventListener("changed", () => {
  if (!document.body.classList.contains("busy")) refresh(["messages", "now", "jumps"]);
});
bottom();
