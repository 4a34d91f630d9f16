"""Is the promise kept? Attacks on a throw-away organisation, and a look at the live installation."""
