"""Plain text: for the terminal, and the easiest thing to read in a test."""
