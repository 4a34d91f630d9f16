"""Whether a request is from Slack, and new. Looks at the raw bytes, before anything is parsed."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime

from adapters.slack.limits import SIGNATURE_SECONDS

TIMESTAMP = re.compile(r"[0-9]{1,12}")
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether the signature fits the body, and was made in the last five minutes."""
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    signature = headers.get("X-Slack-Signature", "")
    if not TIMESTAMP.fullmatch(timestamp) or not SIGNATURE.fullmatch(signature):
        return False
    if abs(now.timestamp() - int(timestamp)) > SIGNATURE_SECONDS:
        return False
    return hmac.compare_digest(signature, sign(secret, timestamp, body))


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature, version 0."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def envelope(*parts: str) -> str:
    """The name of what came in: the same for a copy of it, and silent about who sent it."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
