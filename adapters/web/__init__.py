"""The browser as a platform: the practice workspace, drawn and answered like Slack and Teams."""
