"""A look at the installation as it stands. Nothing here changes anything."""
