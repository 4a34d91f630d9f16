"""What a browser keeps for us and can neither read nor change: a session, a form that somebody has in front of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals one kind of thing. What was sealed as one kind cannot be passed off as another."""

    box: SecretBox

    @classmethod
    def of(cls, secret: bytes, kind: str) -> Seal:
        """The seal for a kind, under the installation's secret."""
        key = blake2b(b"", digest_size=SecretBox.KEY_SIZE, key=secret, person=kind.encode(), encoder=RawEncoder)
        return cls(SecretBox(key))

    def close(self, value: Mapping[str, Any]) -> str:
        """The value, sealed."""
        sealed = self.box.encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, sealed: str) -> Mapping[str, Any]:
        """The value; nothing where it was not sealed by us, or has been touched."""
        try:
            box = base64.urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
            opened: Mapping[str, Any] = json.loads(self.box.decrypt(box))
        except (ValueError, CryptoError):
            return {}
        return opened
