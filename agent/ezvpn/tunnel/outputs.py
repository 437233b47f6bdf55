"""What a tunnel wants done by the node: small records, drained with `EasyVpn.output` after every call.

Belongs here: shapes only.
"""

from ezvpn.ike.params import ModeConfig
from ezvpn.record import Record


class Output(Record):
    """Base of all outputs."""


class Resolve(Output):
    """Look up the A records of `host`; the answer comes back through `EasyVpn.resolved` with the same `ticket`."""

    _fields = ("ticket", "host")

    def __init__(self, ticket: int, host: str) -> None:
        self.ticket = ticket
        self.host = host


class Attach(Output):
    """Mode Config arrived: set the data plane up, then call `attached` or `plane_failed`."""

    _fields = ("config", "peer")

    def __init__(self, config: ModeConfig, peer: bytes) -> None:
        self.config = config
        self.peer = peer


class Detach(Output):
    """Undo `Attach`."""


class Look(Output):
    """Tell through `EasyVpn.traffic` when the last inner packet passed."""


class Notice(Output):
    """One record for the log: mnemonic and arguments as in `log.CATALOG`."""

    _fields = ("mnemonic", "args")

    def __init__(self, mnemonic: str, args: "tuple[object, ...]") -> None:
        self.mnemonic = mnemonic
        self.args = args


class Changed(Output):
    """The status differs from the last one: report it."""
