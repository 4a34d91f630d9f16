"""Themes, feeling, language and redaction of what people write; the one place that knows TextBlob."""
