// Words that are being written: in this tab's own memory until they have been accepted or thrown away, and not for ever.
// A browser brings that memory back when a closed tab is opened again, perhaps for somebody else at the same desk.
const PREFIX = "draft:";
const LASTS = 30 * 60 * 1000;
const memory = new Map();

function shelf() {
  try { return window.sessionStorage; } catch { return null; }
}

export const drafts = {
  get(key) {
    try { return JSON.parse(shelf()?.getItem(PREFIX + key) ?? null) ?? memory.get(key); } catch { return memory.get(key); }
  },
  put(key, words) {
    const stamped = { ...words, until: Date.now() + LASTS };
    memory.set(key, stamped);
    try { shelf()?.setItem(PREFIX + key, JSON.stringify(stamped)); } catch { /* It is full: this page still has them. */ }
  },
  drop(key) {
    memory.delete(key);
    shelf()?.removeItem(PREFIX + key);
  },
  keys() {
    const stored = Object.keys(shelf() ?? {}).filter((name) => name.startsWith(PREFIX));
    return [...new Set([...memory.keys(), ...stored.map((name) => name.slice(PREFIX.length))])];
  },
};

function dropWhere(test) { for (const key of drafts.keys()) if (test(key)) drafts.drop(key); }

// Who is here now, as it begins their drafts' names; nobody's begin with nothing. It is said to every other tab.
const others = "BroadcastChannel" in window ? new BroadcastChannel("here") : null;
const foreign = (who) => (key) => !who || !key.startsWith(who);

export function arrive(who) {
  dropWhere(foreign(who));
  others?.postMessage(who);
}

// What another tab says. One that shows somebody else's page leaves it.
export function listen(left) {
  others?.addEventListener("message", ({ data: who }) => {
    dropWhere(foreign(who));
    left(who);
  });
}

export function dropStale() { dropWhere((key) => !((drafts.get(key)?.until ?? 0) > Date.now())); }

// Signing out is known to have worked by the page that comes next.
const LEFT = "left";
export function leave() { try { shelf()?.setItem(LEFT, "yes"); } catch { /* Then the other tabs are not told. */ } }
export function hasLeft() {
  const left = shelf()?.getItem(LEFT) === "yes";
  shelf()?.removeItem(LEFT);
  return left;
}
