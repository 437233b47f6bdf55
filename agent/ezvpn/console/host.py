"""What a console session asks of the device: the contract that the node implements, and the records it answers with.

Level 4, beside the node. Shapes only. A session calls nothing of the node but this; the node calls a session's `feed`,
`stored`, `refresh` and `take_output` (console/shell.py), and ends the console when `closed` is True.
"""

from ezvpn.config.commands import Modes
from ezvpn.config.model import Config
from ezvpn.ike.status import Phase1Status, TunnelStatus
from ezvpn.log import Ring
from ezvpn.record import Record, Secret


class Version(Record):
    """What `show version` prints, all as text; up_ms: boot time now."""

    _fields = ("model", "version", "interpreter", "crypto", "plane", "board", "serial", "up_ms")

    def __init__(
        self,
        model: str,
        version: str,
        interpreter: str,
        crypto: str,
        plane: str,
        board: str,
        serial: str,
        up_ms: int,
    ) -> None:
        self.model = model
        self.version = version
        self.interpreter = interpreter
        self.crypto = crypto
        self.plane = plane
        self.board = board
        self.serial = serial
        self.up_ms = up_ms


class XauthPrompt(Record):
    """What a gateway wants to be told. fields: XAUTH attribute numbers in order (wire.attributes.Xauth) · message: shown above
    the questions, "" without · challenge: shown too, b"" without."""

    _fields = ("fields", "message", "challenge")

    def __init__(self, fields: "tuple[int, ...]", message: str = "", challenge: bytes = b"") -> None:
        self.fields = fields
        self.message = message
        self.challenge = challenge


class MqttStatus(Record):
    """The way to the broker. broker: `mqtt://HOST:PORT`, "" = not configured · reason: why it is not connected, "" if it is or
    was not tried · since: boot ms of the last change · topic: what all topics begin with · counters: (name, value) in the
    order to print."""

    _fields = ("broker", "connected", "reason", "since", "topic", "counters")

    def __init__(
        self,
        broker: str,
        connected: bool,
        reason: str,
        since: int,
        topic: str,
        counters: "list[tuple[str, int]]",
    ) -> None:
        self.broker = broker
        self.connected = connected
        self.reason = reason
        self.since = since
        self.topic = topic
        self.counters = counters


class Host:
    """One device as its consoles see it."""

    config: Config  # what runs now; sessions change copies
    log: Ring
    modes: Modes  # the configuration modes, shared so that their tables are compiled once

    def apply(self, config: Config, now: int) -> "list[str]":
        """Make this the running configuration; returns warnings. The session does not change the record afterwards."""
        raise NotImplementedError

    def configured(self, session: int, now: int) -> None:
        """Console `session` changed the configuration and has left configuration mode: one line for the log (CONFIG)."""
        raise NotImplementedError

    def save(self, session: int, now: int) -> None:
        """Order that the running configuration becomes the startup-config. The answer comes later, through `stored` of this
        session; 0 = nobody waits for it."""
        raise NotImplementedError

    def save_trace(self, session: int, name: str, now: int) -> str:
        """Order that what the flight recorder holds is kept as the file `name` of the state directory; returns its whole path,
        "" if nothing is recorded. The answer comes as that of `save`."""
        raise NotImplementedError

    def tunnels(self, now: int) -> "list[TunnelStatus]":
        """All tunnels, in the order of the configuration."""
        raise NotImplementedError

    def deleted_sas(self, now: int) -> "list[Phase1Status]":
        """ISAKMP SAs that ended a short time ago, the oldest first."""
        raise NotImplementedError

    def tunnel_connect(self, name: str, now: int) -> str:
        """`crypto ipsec client ezvpn connect`. Returns "" or why it cannot be done. The session makes sure that `name` exists."""
        raise NotImplementedError

    def tunnel_clear(self, name: str, now: int) -> None:
        """`clear crypto ipsec client ezvpn` and `clear crypto session`: delete everything, also what is being negotiated."""
        raise NotImplementedError

    def isakmp_clear(self, session: int, now: int) -> None:
        """Delete one ISAKMP SA that stands beside the one a tunnel is using."""
        raise NotImplementedError

    def tunnel_clear_sas(self, name: str, now: int) -> None:
        """`clear crypto sa`: delete the IPsec SAs; the ISAKMP SA stays."""
        raise NotImplementedError

    def tunnel_xauth_prompt(self, name: str) -> "XauthPrompt | None":
        """What this tunnel's gateway asks for, None when nothing is asked."""
        raise NotImplementedError

    def tunnel_xauth(self, name: str, answers: "list[tuple[int, str | Secret]]", now: int) -> str:
        """The answers to the prompt, in its order. Returns "" or why they came too late."""
        raise NotImplementedError

    def counters(self) -> "list[tuple[str, int]]":
        """What was ignored, dropped or refused, sorted by name."""
        raise NotImplementedError

    def mqtt_status(self, now: int) -> MqttStatus:
        """The way to the broker."""
        raise NotImplementedError

    def version(self, now: int) -> Version:
        """What runs here."""
        raise NotImplementedError

    def clock(self, now: int) -> "tuple[int | None, bool]":
        """(wall clock in ms since 1970, or None while nobody has told it; whether it is synchronised)."""
        raise NotImplementedError

    def debugging(self) -> int:
        """What `debug` has switched on: bits of `log.Debug`."""
        raise NotImplementedError

    def debug(self, mask: int, now: int) -> None:
        """Switch on exactly this."""
        raise NotImplementedError

    def reboot(self, now: int) -> None:
        """Start the device again."""
        raise NotImplementedError
