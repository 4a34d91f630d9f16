"""`make soak`: the sizes that are promised, and the page that says what was measured."""
