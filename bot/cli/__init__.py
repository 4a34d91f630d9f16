"""The command line: a module for each thing that is typed about."""
