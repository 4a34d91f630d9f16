"""The pages of an installation: for staff without a chat seat, and for whoever prefers a browser."""
