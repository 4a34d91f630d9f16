"""The command line: a module for each kind of person who types here."""
