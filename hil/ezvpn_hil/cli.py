"""The sub-commands of `ezvpn` that this package brings, found through the entry-point group `ezvpn.commands`.

Belongs here: one name a sub-command. Not here: what they do.
"""

from __future__ import annotations

from ezvpn_hil.lab.command import app as lab

__all__ = ["lab"]
