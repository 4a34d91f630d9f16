"""What the product does: a module a feature, with its commands, notices, handlers and views."""
