// The page works without this: then the code is pasted by hand. Nothing is sent before somebody presses the button.
import { arrive, dropStale, hasLeft, listen } from "./drafts.js";

function take() {
  const code = location.hash.slice(1);
  if (!code) return;
  document.getElementById("code").value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("go").focus();
}

addEventListener("hashchange", take);
take();
dropStale();
if (hasLeft()) arrive("");
listen(() => {});
