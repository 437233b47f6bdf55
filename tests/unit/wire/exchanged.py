"""The messages of tests/vectors/ike-vectors.json as (name, datagram before encryption).

SOURCE: tests/vectors/ike-vectors.json, computed by a stand-alone program from the RFC texts (see its header).
"""

import json
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "vectors" / "ike-vectors.json"
PADDING_BLOCK = 16


def plain_messages() -> "list[tuple[str, bytes, int]]":
    """(name, header and payloads in clear with their padding, bytes of padding)."""
    found = []
    for suite, messages in json.loads(VECTORS.read_text())["messages"]["sets"].items():
        for name, entry in messages.items():
            if name == "cipher_key":
                continue
            message = bytes.fromhex(entry["message"])
            padding = entry.get("padding", 0)
            if "plain_payloads" in entry:
                message = message[:28] + bytes.fromhex(entry["plain_payloads"]) + bytes(padding)
            found.append((suite + " " + name, message, padding))
    return found
