// The pages work without this. With it, what is written outlives a page that is loaded again or a session that ends.
import { arrive, drafts, dropStale, hasLeft, leave, listen } from "./drafts.js";
import { ask, hold, prepare, settle, written } from "./keep.js";

// A browser says nothing when somebody stops it from sending. What has arrived all the same counts once.
const PATIENCE = 8000;
const { who, accepted } = document.body.dataset;
const form = document.querySelector("form.fill");
const once = Boolean(form && "once" in form.dataset);
let leaving = false;

// Words belong to whoever wrote them: somebody else who signs in here finds none.
hasLeft();
dropStale();
arrive(who);
if (accepted) drafts.drop(accepted);
if (form) {
  prepare(form);
  settle(form);
}

// What cannot be shown again stays where it is: without it, nobody ever finds that conversation again.
listen((here) => {
  if (here === who || once) return;
  leaving = true;
  location.replace("/");
});

function signsOut(target) { return target.getAttribute("action") === "/leave"; }

function forgetting(event) {
  if (event.submitter?.value === "no") return written(event.target);
  return signsOut(event.target) && drafts.keys().length > 0;
}

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (forgetting(event)) {
    event.preventDefault();
    return ask(() => { for (const key of drafts.keys()) drafts.drop(key); submitter.click(); });
  }
  if (signsOut(target)) leave();
  leaving = true;
  // The browser collects what is sent first; only then may the button be taken away.
  const release = new Promise((done) => setTimeout(() => done(hold(target))));
  const stay = async () => { leaving = false; (await release)(); };
  addEventListener("pageshow", stay, { once: true });
  setTimeout(stay, PATIENCE);
});

addEventListener("beforeunload", (event) => {
  if (once && !leaving) event.preventDefault();
});
