"""What the browser platform takes."""

BODY_BYTES = 64 * 1024
MESSAGES_SHOWN = 60
KEEP_ALIVE_SECONDS = 15.0
