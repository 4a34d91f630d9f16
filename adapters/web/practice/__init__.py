"""The practice workspace: an invented council to try everything with, on the real core, delivery and storage."""
