"""Where things are: the checkout, and the cache outside it.

Belongs here: paths. Not here: what is in the files. The cache is $XDG_CACHE_HOME/ezvpn-edge, by default ~/.cache/ezvpn-edge;
it may be deleted at any time.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
AGENT = ROOT / "agent"
BOARDS = ROOT / "board"
CMODULE = FIRMWARE / "cmodule"
PORT = FIRMWARE / "port"
VARIANT = FIRMWARE / "variant"


def cache() -> Path:
    """The cache's folder; it may not exist yet."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "ezvpn-edge"
