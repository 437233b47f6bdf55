"""What the IKE core tells the outside. The node alone drains these and hands each on: data plane, tunnel, report, log.

Level 2. Small records; `session` is the id that `Endpoint.connect` returned. Keys travel only in `ChildUp`, as bytearrays
that the data plane zeroes once installed; they are hidden from repr and appear in no other event.
"""

from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector
from ezvpn.record import Record


class Event(Record):
    """Base of all events of the core."""

    session = 0


class Phase1Up(Event):
    """The ISAKMP SA stands. natt: UDP encapsulation is in use; behind_nat: a NAT is on our side; dpd / xauth / unity /
    ios: vendor IDs seen from the peer; peer_id: IDir as text; life_s: seconds until the SA must be replaced."""

    _fields = (
        "session",
        "peer",
        "port",
        "transform",
        "natt",
        "behind_nat",
        "dpd",
        "xauth",
        "unity",
        "peer_id",
        "life_s",
    )

    def __init__(
        self,
        session: int,
        peer: bytes,
        port: int,
        transform: Phase1Transform,
        natt: bool,
        behind_nat: bool,
        dpd: bool,
        xauth: bool,
        unity: bool,
        peer_id: str,
        life_s: int,
    ) -> None:
        self.session = session
        self.peer = peer
        self.port = port
        self.transform = transform
        self.natt = natt
        self.behind_nat = behind_nat
        self.dpd = dpd
        self.xauth = xauth
        self.unity = unity
        self.peer_id = peer_id
        self.life_s = life_s


class XauthRequest(Event):
    """The gateway wants credentials: answer with `Endpoint.answer_xauth` or `refuse_xauth`. `fields` are the XAUTH
    attribute numbers asked for, in order; `kind` is the XAUTH TYPE (0 generic); `message` and `challenge` are shown to the user.
    `round` counts from 1 within this session."""

    _fields = ("session", "kind", "fields", "message", "challenge", "round")

    def __init__(
        self, session: int, kind: int, fields: "tuple[int, ...]", message: str, challenge: bytes, round: int
    ) -> None:
        self.session = session
        self.kind = kind
        self.fields = fields
        self.message = message
        self.challenge = challenge
        self.round = round


class XauthResult(Event):
    """The gateway's STATUS. After ok=False the session is being deleted and `SessionDown` follows."""

    _fields = ("session", "ok", "message")

    def __init__(self, session: int, ok: bool, message: str) -> None:
        self.session = session
        self.ok = ok
        self.message = message


class Configured(Event):
    """Mode Config is done (pulled, or pushed and acknowledged): quick mode may start."""

    _fields = ("session", "config")

    def __init__(self, session: int, config: ModeConfig) -> None:
        self.session = session
        self.config = config


class ChildUp(Event):
    """A pair of ESP SAs stands: install inbound now, use outbound now.

    child: id of the quick mode within the session (from `open_child`, or a new one if the peer started it) ·
    replaces: child id that this one renews, or 0 · spi_in / spi_out: ints · encap: True = ESP in UDP on SOCKET_NATT ·
    local / local_port / peer / peer_port: outer addresses · keys: KEYMAT of each direction, cipher key first, then
    authentication key (cipher key includes the GCM salt) · life_s, life_kb: 0 = no limit.
    """

    _fields = (
        "session",
        "child",
        "replaces",
        "spi_in",
        "spi_out",
        "transform",
        "key_in",
        "auth_in",
        "key_out",
        "auth_out",
        "local",
        "remote",
        "encap",
        "peer",
        "peer_port",
        "pfs_group",
        "life_s",
        "life_kb",
    )
    _hidden = ("key_in", "auth_in", "key_out", "auth_out")

    def __init__(
        self,
        session: int,
        child: int,
        replaces: int,
        spi_in: int,
        spi_out: int,
        transform: EspTransform,
        key_in: bytearray,
        auth_in: bytearray,
        key_out: bytearray,
        auth_out: bytearray,
        local: Selector,
        remote: Selector,
        encap: bool,
        peer: bytes,
        peer_port: int,
        pfs_group: int,
        life_s: int,
        life_kb: int,
    ) -> None:
        self.session = session
        self.child = child
        self.replaces = replaces
        self.spi_in = spi_in
        self.spi_out = spi_out
        self.transform = transform
        self.key_in = key_in
        self.auth_in = auth_in
        self.key_out = key_out
        self.auth_out = auth_out
        self.local = local
        self.remote = remote
        self.encap = encap
        self.peer = peer
        self.peer_port = peer_port
        self.pfs_group = pfs_group
        self.life_s = life_s
        self.life_kb = life_kb


class ChildDown(Event):
    """A pair of ESP SAs is gone: remove both directions. reason: "deleted by peer", "replaced", "lifetime", "closed"."""

    _fields = ("session", "child", "spi_in", "spi_out", "reason")

    def __init__(self, session: int, child: int, spi_in: int, spi_out: int, reason: str) -> None:
        self.session = session
        self.child = child
        self.spi_in = spi_in
        self.spi_out = spi_out
        self.reason = reason


class ChildFailed(Event):
    """A quick mode did not come to an end. cause as in `SessionDown`; notify: its number when the peer sent one, else 0."""

    _fields = ("session", "child", "cause", "notify", "text")

    def __init__(self, session: int, child: int, cause: str, notify: int, text: str) -> None:
        self.session = session
        self.child = child
        self.cause = cause
        self.notify = notify
        self.text = text


class Rekey(Event):
    """A lifetime is nearly over. what: "child" (start `open_child` with replaces=child) or "phase1" (start a new session)."""

    _fields = ("session", "what", "child")

    def __init__(self, session: int, what: str, child: int) -> None:
        self.session = session
        self.what = what
        self.child = child


class PeerMoved(Event):
    """The peer's address or port changed and an authenticated message proved it (RFC 3947 7, RFC 3948 4): outbound SAs follow."""

    _fields = ("session", "peer", "port")

    def __init__(self, session: int, peer: bytes, port: int) -> None:
        self.session = session
        self.peer = peer
        self.port = port


class Hint(Event):
    """An unauthenticated notify that could belong to this session (RFC 2409 5.7): believed by nobody, useful to a human.
    NO-PROPOSAL-CHOSEN (14) before phase 1 makes the tunnel try the next DH group beside this attempt."""

    _fields = ("session", "notify", "name")

    def __init__(self, session: int, notify: int, name: str) -> None:
        self.session = session
        self.notify = notify
        self.name = name


class PeerSilent(Event):
    """Nothing answered a DPD probe in time; the error counter is `missed` (1 .. 5; at 5 `SessionDown` "peer-dead" follows)."""

    _fields = ("session", "missed")

    def __init__(self, session: int, missed: int) -> None:
        self.session = session
        self.missed = missed


class PeerAlive(Event):
    """A sign of life ended the retries of DPD (was_silent), or an R-U-THERE-ACK was accepted. rtt_ms: from the probe that it
    answers, None where something else showed life."""

    _fields = ("session", "was_silent", "rtt_ms")

    def __init__(self, session: int, was_silent: bool, rtt_ms: "int | None") -> None:
        self.session = session
        self.was_silent = was_silent
        self.rtt_ms = rtt_ms


class Watch(Event):
    """DPD asks the data plane, which is never polled. what: "counters" (read them once: answer with `note_inbound` if packets
    came in since the last look, else with `note_outbound` if some went out, else arm the first outbound packet) ·
    "first-inbound" (a probe is out: any fresh ESP ends the retries)."""

    _fields = ("session", "what")

    def __init__(self, session: int, what: str) -> None:
        self.session = session
        self.what = what


class Traced(Event):
    """One line for `debug` (only while its bit of `Endpoint.trace` is set): a mnemonic of `debug_words` or
    `log.CATALOG` with its arguments. Nothing secret is ever an argument."""

    _fields = ("session", "mnemonic", "args")

    def __init__(self, session: int, mnemonic: str, args: "tuple[object, ...]") -> None:
        self.session = session
        self.mnemonic = mnemonic
        self.args = args


class Incoming(Event):
    """A site-to-site peer's main mode as initiator is complete (its `Phase1Up` follows): `rule` is the id of the
    `params.PeerRule` that let it in, so that its owner adopts the session."""

    _fields = ("session", "rule", "peer")

    def __init__(self, session: int, rule: int, peer: bytes) -> None:
        self.session = session
        self.rule = rule
        self.peer = peer


class SessionDown(Event):
    """The session and all its children are gone (each child's `ChildDown` came before).

    step: where it ended: "phase1" "xauth" "config" "quick" "up". cause: a stable word that MQTT and scripts can use:
    "no-answer" "no-proposal" "authentication" (group key or group name) "xauth-failed" "xauth-timeout" "config-failed"
    "refused" "deleted-by-peer" "peer-dead" "lifetime" "closed" "protocol". last_hint: number of the last unauthenticated
    notify, or 0. text: one English sentence for a human that says the cause and the next step.
    """

    _fields = ("session", "step", "cause", "last_hint", "text")

    def __init__(self, session: int, step: str, cause: str, last_hint: int, text: str) -> None:
        self.session = session
        self.step = step
        self.cause = cause
        self.last_hint = last_hint
        self.text = text


class Dropped(Event):
    """A datagram was thrown away. cause: a stable word ("malformed" "unknown-cookie" "replay" "hash" "state" "unencrypted" …).
    At most one event per cause and second; `Endpoint.dropped` counts them all."""

    _fields = ("session", "cause", "text")

    def __init__(self, session: int, cause: str, text: str) -> None:
        self.session = session
        self.cause = cause
        self.text = text


class Exchanged(Event):
    """One message went out or came in (only while `Endpoint.trace` holds `Debug.EXCHANGES`): for traces of tests.

    outbound: True/False · exchange, message_id: from the header · payloads: payload types in order · length: bytes on the wire ·
    resent: a repetition."""

    _fields = ("session", "outbound", "exchange", "message_id", "payloads", "length", "resent")

    def __init__(
        self,
        session: int,
        outbound: bool,
        exchange: int,
        message_id: int,
        payloads: "tuple[int, ...]",
        length: int,
        resent: bool,
    ) -> None:
        self.session = session
        self.outbound = outbound
        self.exchange = exchange
        self.message_id = message_id
        self.payloads = payloads
        self.length = length
        self.resent = resent
