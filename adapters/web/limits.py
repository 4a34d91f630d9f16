"""What the browser platform takes."""

BODY_BYTES = 64 * 1024
WORDS_BYTES = 256 * 1024
"""What may hold far too many words, so that they can be given back to whoever is to shorten them."""
BODY_SECONDS = 9.0
"""Less than a connection is given, so that there is still somebody to tell."""
MESSAGES_SHOWN = 60
KEEP_ALIVE_SECONDS = 15.0
