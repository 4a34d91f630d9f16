"""Where everything is kept: tables, repositories and keys. Rows never leave this package."""
