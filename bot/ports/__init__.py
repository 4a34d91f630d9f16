"""All that the core needs from outside, a file a subject."""
