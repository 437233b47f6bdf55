"""What a console session asks of the device: the contract that the node implements, and the records it answers with.

Level 4, beside the node. Shapes only. A session calls nothing of the node but this; the node calls a session's `feed`,
`answer`, `refresh` and `take_output` (console/shell.py), and ends the console when `closed` is True.
"""

from ezvpn.config.commands import Modes
from ezvpn.config.grammar import Mode
from ezvpn.config.model import Config
from ezvpn.config.secrets import Hashed
from ezvpn.console.guard import Guard
from ezvpn.console.network_facts import InterfaceFacts, RouteFacts
from ezvpn.console.probes import PingRequest, TraceRequest
from ezvpn.console.time_facts import TimeFacts
from ezvpn.ike.status import Phase1Status, TunnelStatus
from ezvpn.log import Ring
from ezvpn.machine import Usage
from ezvpn.record import Record, Secret


class Version(Record):
    """What `show version` prints, as text. up_ms: boot time now · restart: why this run began (`node.lastrun`) · image: where
    the program is · usage: memory and flash."""

    _fields = (
        "model",
        "version",
        "interpreter",
        "crypto",
        "plane",
        "board",
        "serial",
        "up_ms",
        "restart",
        "image",
        "usage",
    )

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
        restart: str,
        image: str,
        usage: Usage,
    ) -> None:
        self.model = model
        self.version = version
        self.interpreter = interpreter
        self.crypto = crypto
        self.plane = plane
        self.board = board
        self.serial = serial
        self.up_ms = up_ms
        self.restart = restart
        self.image = image
        self.usage = usage


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
    levels: "tuple[Mode, ...]"  # the EXEC modes, user and privileged, shared likewise; () before the first session
    guard: Guard
    hash_kinds: "tuple[str, ...]"  # types of password hashes that can be checked here
    unseal: object  # (text of a type 6 secret) -> Secret | bytes | None, for `config.text.parse` and `config.editor`

    def apply(self, config: Config, now: int) -> "list[str]":
        """Make this the running configuration; returns warnings. The session does not change the record afterwards."""
        raise NotImplementedError

    def configured(self, session: int, now: int) -> None:
        """Console `session` changed the configuration and has left configuration mode: one line for the log (CONFIG)."""
        raise NotImplementedError

    def check_password(self, session: int, stored: Hashed, typed: Secret, now: int) -> str:
        """Order that `typed` is held against a hash; the answer comes through `answer` of this session: whether it is the one.
        Returns why it cannot be done, or ""."""
        raise NotImplementedError

    def wipe(self, config: Config, now: int) -> str:
        """Password recovery: this, which has no secrets, is all that is left, also of what is stored. Returns what could not be
        erased, or ""."""
        raise NotImplementedError

    def login_failed(self, session: int, user: str, now: int) -> None:
        """Somebody gave a wrong password: one line for the log."""
        raise NotImplementedError

    def settle(self, session: int, now: int) -> bool:
        """Plain passwords that can be kept as hashes are made into them. Whether that is still going on: then `answer` of
        this session comes when it is over."""
        raise NotImplementedError

    def save(self, session: int, data: bytes, now: int) -> None:
        """Order that a configuration (`stored_text`) becomes the startup-config. The answer comes later, through `answer` of this
        session: True, or why it was not written (text, or False where nobody knows)."""
        raise NotImplementedError

    def stored_text(self, now: int) -> "tuple[str, bytes]":
        """(why it cannot be made or "", the running configuration as it goes into a file: secrets plain, or as type 6)."""
        raise NotImplementedError

    def sent_text(self, config: Config, now: int) -> "tuple[str, bytes]":
        """(why it cannot be made or "", a configuration as it may cross a network in the clear: secrets as type 6 where the
        device encrypts its own, else masked)."""
        raise NotImplementedError

    def transfer(self, session: int, host: str, name: str, content: "bytes | None", now: int) -> None:
        """Order that a file is written to a TFTP server, or with None read from it. The answer comes later, through `answer` of
        this session: (why not or "", what was read)."""
        raise NotImplementedError

    def transfer_end(self, session: int) -> None:
        """Nobody waits for that answer any more."""
        raise NotImplementedError

    def change_key(self, word: Secret) -> str:
        """Make a new device key, with a word in it. Returns "" or why not."""
        raise NotImplementedError

    def read(self, name: str) -> "tuple[str, bytes]":
        """(why it cannot be read or "", content) of `startup-config` or `flash:NAME`."""
        raise NotImplementedError

    def write(self, name: str, data: bytes, now: int) -> str:
        """Replace `startup-config` or `flash:NAME` as a whole. Returns "" or why not; the old one is then still there."""
        raise NotImplementedError

    def delete(self, name: str) -> str:
        """Remove `flash:NAME`, or erase `startup-config`. Returns "" or why not."""
        raise NotImplementedError

    def files(self) -> "list[tuple[str, int]]":
        """(name without `flash:`, bytes) of the files in `flash:`, sorted."""
        raise NotImplementedError

    def save_trace(self, session: int, name: str, now: int) -> str:
        """Order that what the flight recorder holds is kept as the file `name` of the state directory; returns its whole path,
        "" if nothing is recorded. The answer comes as that of `save`."""
        raise NotImplementedError

    def provisional_arm(self, minutes: int, now: int) -> None:
        """What changes from now on is taken back after so many minutes unless it is confirmed; while that is pending, only the
        time begins anew."""
        raise NotImplementedError

    def provisional_confirm(self, now: int) -> bool:
        """What was changed stays. False: nothing is pending."""
        raise NotImplementedError

    def provisional_revert(self, now: int) -> bool:
        """Take it back at once. False: nothing is pending."""
        raise NotImplementedError

    def provisional_left(self, now: int) -> "int | None":
        """ms until changes are taken back, None when nothing is pending."""
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

    def usage(self, now: int) -> Usage:
        """Memory, flash and CPU time."""
        raise NotImplementedError

    def interfaces(self, now: int) -> "list[InterfaceFacts]":
        """The machine's interfaces. Raises `caller.Failed` where it does not tell."""
        raise NotImplementedError

    def routes(self, now: int) -> "list[RouteFacts]":
        """Its routes, sorted by destination. Raises `caller.Failed`."""
        raise NotImplementedError

    def probe(self, session: int, request: "PingRequest | TraceRequest", now: int) -> None:
        """`ping` and `traceroute`: what comes of it is told through `answer` of this session, `probes.Progress` by `Progress`."""
        raise NotImplementedError

    def probe_stop(self, session: int, now: int) -> "list[str]":
        """Break it off; returns the lines that close it."""
        raise NotImplementedError

    def test_crypto(self, session: int, now: int) -> None:
        """Known answers of a backend, told like those of `probe`; `probe_stop` breaks it off."""
        raise NotImplementedError

    def clear_counters(self, interface: str, now: int) -> None:
        """What consoles show counts from zero again: of one interface, or (with "") of all, of tunnels and of `counters`. Reports
        keep their absolute values."""
        raise NotImplementedError

    def clock(self, now: int) -> "tuple[int | None, bool]":
        """(wall clock in ms since 1970, or None while nobody has told it; whether it is synchronised)."""
        raise NotImplementedError

    def time(self) -> TimeFacts:
        """Where the time comes from."""
        raise NotImplementedError

    def set_clock(self, wall_ms: int, now: int) -> None:
        """It is so late (ms since 1970)."""
        raise NotImplementedError

    def debugging(self) -> int:
        """What `debug` has switched on: bits of `log.Debug`."""
        raise NotImplementedError

    def debug(self, mask: int, now: int) -> None:
        """Switch on exactly this."""
        raise NotImplementedError

    def reload_schedule(self, delay_ms: int, reason: str, now: int) -> None:
        """Start the device again in so many ms; the last order counts."""
        raise NotImplementedError

    def reload_cancel(self, now: int) -> bool:
        """Not any more. False: none was ordered."""
        raise NotImplementedError

    def reload_left(self, now: int) -> "tuple[int, str] | None":
        """(ms until the ordered restart, why), None when none is ordered."""
        raise NotImplementedError

    def reboot(self, now: int) -> None:
        """Start the device again."""
        raise NotImplementedError
