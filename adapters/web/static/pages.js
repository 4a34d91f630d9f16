// The pages work without this. With it, what is written outlives a page that is loaded again or a session that ends.
import { ask, drafts, hold, prepare, settle, written } from "./keep.js";

const { who, accepted } = document.body.dataset;
const form = document.querySelector("form.fill");
let leaving = false;

// Words belong to whoever wrote them: somebody else who signs in here finds none.
if (who) for (const key of drafts.keys()) if (!key.startsWith(who)) drafts.drop(key);
if (accepted) drafts.drop(accepted);
if (form) {
  prepare(form);
  settle(form);
}

function forgetting(event) {
  if (event.submitter?.value === "no") return written(event.target);
  return event.target.getAttribute("action") === "/leave" && drafts.keys().length > 0;
}

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (forgetting(event)) {
    event.preventDefault();
    return ask(() => { for (const key of drafts.keys()) drafts.drop(key); submitter.click(); });
  }
  leaving = true;
  // The browser collects what is sent first; only then may the button be taken away.
  const release = new Promise((done) => setTimeout(() => done(hold(target))));
  addEventListener("pageshow", async () => (await release)(), { once: true });
});

addEventListener("beforeunload", (event) => {
  if (form && "once" in form.dataset && !leaving) event.preventDefault();
});
