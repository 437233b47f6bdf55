"""The lines of `debug crypto isakmp` of one ISAKMP SA: its messages, its nodes, its states, its end.

Level 2. Belongs here: which lines a happening is told in, and in which order. Not here: words (`debug_words`). Nothing here
changes what the protocol does, and nothing is done at all while the bit is off. A "node" is one exchange below phase 1.

As in IOS a node that is done with is kept for a while before it is purged (51 s by the printed log: four answered probes of a
period of 10 s are left when the fifth silence ends); those that are still kept when the SA ends are told then. Nothing wakes up
for that: what is due is told before the next line.
"""

from ezvpn.compat import const
from ezvpn.ike.events import Traced
from ezvpn.ike.params import Phase1Transform
from ezvpn.log import Debug
from ezvpn.wire import names
from ezvpn.wire.attributes import ConfigMessage
from ezvpn.wire.inet import ipv4_text
from ezvpn.wire.isakmp import Part, Payload
from ezvpn.wire.sa import IkeAuth

_NODE_MS = const(51000)
_NODES_MAX = const(16)
_HELD_MAX = const(64)

# connection ids of the software engine begin here: `ISAKMP (0:134217729)` is `0:1:SW:1`
_SW_ENGINE = const(0x8000000)
P1_COMPLETE = "IKE_P1_COMPLETE"
DEST_SA = "IKE_DEST_SA"
FROM_PEER = "IKE_MSG_FROM_PEER"
FROM_TIMER = "IKE_MSG_FROM_TIMER"
FROM_IPSEC = "IKE_MSG_FROM_IPSEC"
INTERNAL = "IKE_MSG_INTERNAL"

# payloads that have a line of their own when they are read; vendor IDs and NAT-D are told in another way
_TOLD = (
    Payload.SA,
    Payload.KE,
    Payload.ID,
    Payload.CERT,
    Payload.CR,
    Payload.HASH,
    Payload.SIG,
    Payload.NONCE,
    Payload.D,
)

# cause of `SessionDown` -> (reason in "deleting SA reason", what the state machine was given)
_ENDS = {
    "peer-dead": ("peers alive", FROM_TIMER, "IKE_TIMER_PEERS_ALIVE"),
    "no-answer": ("Death by retransmission P1", FROM_TIMER, "IKE_TIMER_TERMINATE"),
    "deleted-by-peer": ("P1 delete notify (in)", FROM_PEER, "IKE_INFO_DELETE"),
    "lifetime": ("IKE SA Lifetime Exceeded", FROM_TIMER, "IKE_TIMER_LIFETIME"),
    "xauth-failed": ("XAUTH fail", FROM_PEER, "IKE_CFG_SET"),
    "closed": ("No reason", INTERNAL, "IKE_PHASE1_DEL"),
}

_CIPHERS = {"des": "DES-CBC", "3des": "3DES-CBC", "aes": "AES-CBC"}
_AUTHS = {
    IkeAuth.PSK: "pre-share",
    IkeAuth.XAUTH_INIT_PSK: "XAUTHInitPreShared",
    IkeAuth.XAUTH_RESP_PSK: "XAUTHRespPreShared",
}


def signed(message_id: int) -> int:
    """As IOS prints message IDs: a signed number of 32 bits."""
    return message_id - (1 << 32) if message_id >> 31 else message_id


class DebugLines:
    """Of one SA. role: "I" or "R". state: the state of phase 1 in the words of IOS's debug lines."""

    def __init__(self, sa: "IsakmpSa") -> None:  # type: ignore[name-defined] # noqa: F821
        self.sa = sa
        self.role = "I"
        self.state = "IKE_READY"
        self._nodes: "list[tuple[int, int]]" = []  # (when it was done with, message ID)
        self._held: "list[Traced] | None" = None  # told only after SessionDown
        self._ending = False  # from the first line of the end on
        self._end = ("", "", "")  # of _ENDS
        self._tag_then = self._state_then = ""  # as the end found them
        self._orphans: "list[int]" = []  # inbound SPIs of pairs that go without a delete

    def on(self) -> bool:
        mask: int = self.sa.core.trace
        return mask & Debug.ISAKMP != 0

    def tell(self, mnemonic: str, *args: object) -> None:
        """One line. Call only while `on`."""
        event = Traced(self.sa.id, mnemonic, args)
        if self._held is None:
            self.sa.core.emit_noise(event)
        elif len(self._held) < _HELD_MAX:
            self._held.append(event)

    def tagged(self, mnemonic: str, *args: object) -> None:
        """One line of this SA: its tag comes first."""
        self.tell(mnemonic, *((self._tag(),) + args))

    def _tag(self) -> str:
        if self._ending:
            return self._tag_then
        return "0:" + str(self.sa.id) + ":SW:1" if self.sa.protection is not None else "0:0:N/A:0"

    def _connection(self) -> int:
        return _SW_ENGINE + self.sa.id if self.sa.protection is not None else 0

    def _peer(self) -> str:
        return ipv4_text(self.sa.peer)

    def _struct(self) -> str:
        """The peer's record in IOS is named by its address in memory: here by bytes that are on the wire in clear."""
        return _hex(self.sa.initiator_cookie[4:8])

    # --- messages -----------------------------------------------------------------------------------------------------

    def sending(self, now: int) -> None:
        if self.on():
            self._purge_due(now)
            sa = self.sa
            self.tagged("ISAKMP_SENDING", self._peer(), sa.local_port(), sa.peer_port, self.role, sa.state_word())

    def received(self, source: "tuple[int, bytes, int]", now: int) -> None:
        if self.on():
            self._purge_due(now)
            dport = self.sa.attempt.local_ports[source[0]]
            args = (self._connection(), ipv4_text(source[1]), dport, source[2], self.role, self.sa.state_word())
            self.tell("ISAKMP_RECEIVED", *args)

    def resending(self, message_id: int) -> None:
        if self.on():
            state = self.sa.state_word()
            if message_id:
                self.tagged("ISAKMP_RESEND", 2, state + " " + str(signed(message_id)) + " ")
            else:
                self.tagged("ISAKMP_ERROR_COUNTER", "retransmit phase 1")
                self.tagged("ISAKMP_RESEND", 1, state)

    def repeated(self, message_id: int) -> None:
        if self.on():
            self.tagged("ISAKMP_REPEAT", 2 if message_id else 1)

    def payloads(self, parts: "list[Part]", message_id: int) -> None:
        """`processing X payload`, in their order."""
        if self.on():
            for part in parts:
                if part.type in _TOLD:
                    self.tagged("ISAKMP_PAYLOAD", names.payload_name(part.type), signed(message_id))

    # --- nodes and states ---------------------------------------------------------------------------------------------

    def new_node(self, message_id: int, now: int) -> None:
        if self.on() and message_id:
            self._purge_due(now)
            self.tell("ISAKMP_NODE_SET", signed(message_id), self.sa.state_word())

    def purge(self, message_id: int) -> None:
        """An informational of ours is out: nothing will come back under its number."""
        if self.on():
            self.tagged("ISAKMP_NODE_PURGE", signed(message_id))

    def done(self, message_id: int, reason: str, now: int) -> None:
        """A node is done with."""
        if self.on() and self.sa.protection is not None:
            self.tagged("ISAKMP_NODE_DELETE", signed(message_id), "FALSE", reason)
            self._nodes.append((now, message_id))
            if len(self._nodes) > _NODES_MAX:
                self._nodes.pop(0)

    def turn(self, major: str, minor: str, state: str = "") -> None:
        """What the state machine was given, and where it went; "" = it stayed."""
        if self.on() and not self._ending:
            self.tagged("ISAKMP_INPUT", major, minor)
            self.tagged("ISAKMP_STATE", self.state, state or self.state)
        self.state = state or self.state

    def quick_turn(self, message_id: int, major: str, minor: str, old: str, new: str) -> None:
        """The same of one quick mode."""
        if self.on():
            self.tagged("ISAKMP_NODE_INPUT", signed(message_id), major, minor)
            self.tagged("ISAKMP_STATE", old, new)

    def _purge_due(self, now: int) -> None:
        while self._nodes and now - self._nodes[0][0] >= _NODE_MS:
            self.tagged("ISAKMP_NODE_PURGE", signed(self._nodes.pop(0)[1]))

    # --- phase 1 ------------------------------------------------------------------------------------------------------

    def phase1(self, accepted: "Accepted", index: int, vendor_ids: "list[bytes]") -> None:  # type: ignore[name-defined] # noqa: F821
        """The peer's answer was proven: what it chose, who it is, and what is between us. index: of the transform it took."""
        if not self.on():
            return
        for vendor_id in vendor_ids:
            self.tagged("ISAKMP_VENDOR_PAYLOAD")
            name = names.vendor_name(vendor_id).replace("Cisco ", "")
            if name:
                self.tagged("ISAKMP_VENDOR", name)
        self.tagged("ISAKMP_TRANSFORM", index + 1, 1)
        for words in _attributes(accepted.transform, accepted.auth, accepted.life_s):
            self.tell("ISAKMP_ATTRIBUTE", words)
        self.tagged("ISAKMP_ACCEPTABLE")
        self.tagged("ISAKMP_SKEYID")
        natt = self.sa.natt
        if natt.flavour is not None:
            if natt.we_are_behind:
                self.tell("ISAKMP_NAT_MINE", self._connection(), "My", "inside")
            if natt.peer_is_behind:
                self.tell("ISAKMP_NAT_MINE", self._connection(), "His", "inside")
            if natt.encapsulate():
                self.tagged("ISAKMP_FLOAT", self.sa.peer_port)
            else:
                self.tell("ISAKMP_NAT_NONE", self._connection())
        self.tagged("ISAKMP_AUTHENTICATED", self._peer())

    # --- XAUTH and Mode Config ----------------------------------------------------------------------------------------

    def transaction(self, message: ConfigMessage, message_id: int) -> None:
        """A transaction message came: what is asked or told, never a value."""
        if self.on():
            self.tagged("ISAKMP_TRANSACTION", self._peer(), signed(message_id))
            self.tell("ISAKMP_CONFIG", names.config_type_name(message.type))
            for number, _ in message.attributes:
                self.tell("ISAKMP_CONFIG_ATTRIBUTE", names.attribute_name(number))

    def config(self, mnemonic: str, message_id: int) -> None:
        """`initiating peer config to …` or `responding to peer config from …`."""
        if self.on():
            self.tagged(mnemonic, self._peer(), signed(message_id))

    # --- quick mode ---------------------------------------------------------------------------------------------------

    def requested(self, child: "Child") -> None:  # type: ignore[name-defined] # noqa: F821
        """A pair is wanted: a line of `debug crypto ipsec`, told from here because nobody else knows when."""
        sa = self.sa
        if sa.core.trace & Debug.IPSEC:
            proxies = [_proxy(selector) for selector in (child.local, child.remote)]
            here = ipv4_text(sa.local_address())
            self.tell("IPSEC_REQUEST", here, self._peer(), proxies[0], proxies[1], child.life_s, child.life_kb)

    def created(self, child: "Child") -> None:  # type: ignore[name-defined] # noqa: F821
        """A pair stands."""
        if not self.on():
            return
        sa = self.sa
        here, there = ipv4_text(sa.local_address()), self._peer()
        local, remote = _network(child.local), _network(child.remote)
        self.tagged("ISAKMP_ESP_ACCEPTABLE")
        self.tagged("ISAKMP_CREATING")
        self.tell("ISAKMP_CREATED", "inbound", there, here, child.spi_in, child.spi_in, remote, local)
        self.tell("ISAKMP_CREATED", "outbound", here, there, child.spi_out, child.spi_out, local, remote)

    # --- notifies -----------------------------------------------------------------------------------------------------

    def notify(self, type: int, protocol: int, message_id: int) -> None:
        if self.on():
            cookie = _hex(self.sa.initiator_cookie[:4])
            name = names.notify_name(type).replace("-", "_")
            self.tagged("ISAKMP_NOTIFY", name, protocol, signed(message_id), cookie)

    # --- dead peer detection ------------------------------------------------------------------------------------------

    def watching(self) -> None:
        if self.on():
            self.tagged("ISAKMP_DPD")

    def dpd(self, mnemonic: str, number: int) -> None:
        """A probe of the peer, or its answer to ours, with its number."""
        if self.on():
            self.tagged(mnemonic, self._peer(), number)

    def missed(self, dead: bool, now: int) -> None:
        """A probe was not answered in time; dead: it was the last."""
        if self.on():
            self._purge_due(now)
            self.tagged("ISAKMP_ERROR_COUNTER", "PEERS_ALIVE_TIMER")
            if dead:
                self.tagged("ISAKMP_NOT_RESPONDING", self._peer())
                self.tagged("ISAKMP_NOT_PARANOID")

    # --- the end ------------------------------------------------------------------------------------------------------

    def ending(self, cause: str, now: int) -> None:
        """The SA is about to be deleted. What follows is told after `SessionDown`, so that the log has the order of IOS: first
        that the tunnel is down, then the delete that goes to the peer."""
        if self._ending or not self.on():
            return
        sa = self.sa
        self._end = _ENDS.get(cause, (cause, INTERNAL, "IKE_PHASE1_DEL"))
        self._deleting(self._end[0], sa.state_word())
        self._tag_then, self._state_then = self._tag(), sa.state_word()
        self._ending = True
        up = [child for child in sa.children if child.up]
        if cause == "peer-dead":
            self._orphans = [child.spi_in for child in up]
        if up:
            self.tell("ISAKMP_UNLOCK_IPSEC", self._struct())
        self._purge_due(now)
        self._held = []

    def ended(self) -> None:
        """`SessionDown` is out: the rest."""
        held, self._held = self._held, None
        if held is None or not self.on():
            return
        for event in held:
            self.sa.core.emit_noise(event)
        reason, major, minor = self._end
        self.tagged("ISAKMP_INPUT", major, minor)
        self.tagged("ISAKMP_STATE", self.state, DEST_SA)
        self.state = DEST_SA
        self._deleting(reason, self._state_then)
        self.tell("ISAKMP_UNLOCK_IKE", self._struct())
        self.tell("ISAKMP_REAP", self._peer(), self._struct())
        self._delete_nodes("TRUE", reason)
        self.tagged("ISAKMP_INPUT", INTERNAL, "IKE_PHASE1_DEL")
        self.tagged("ISAKMP_STATE", DEST_SA, DEST_SA)
        if self._orphans:
            self.tell("ISAKMP_KE_MESSAGE", 4, len(self._orphans))
            self.tell("ISAKMP_KE_MESSAGE", 3, len(self._orphans))
        for spi in self._orphans:
            self.tell("ISAKMP_NO_DELETE", ipv4_text(self.sa.local_address()), self._peer(), spi)
        self._deleting("", self.sa.state_word())
        self._delete_nodes("FALSE", "")
        self.tagged("ISAKMP_INPUT", FROM_PEER, "IKE_MM_EXCH")
        self.tagged("ISAKMP_STATE", DEST_SA, DEST_SA)
        self._nodes = []

    def _deleting(self, reason: str, state: str) -> None:
        self.tagged("ISAKMP_DELETING", reason, self.role, state, self._peer())

    def _delete_nodes(self, error: str, reason: str) -> None:
        for _, message_id in self._nodes:
            self.tagged("ISAKMP_NODE_DELETE", signed(message_id), error, reason)


def message_id_of(view: "memoryview | bytes") -> int:
    """From the header of a whole message (RFC 2408 3.1)."""
    return int.from_bytes(view[20:24], "big")


def _hex(data: bytes) -> str:
    return f"{int.from_bytes(data, 'big'):08X}"


def _network(selector: "Selector") -> str:  # type: ignore[name-defined] # noqa: F821
    return ipv4_text(selector.address) + "/" + ipv4_text(selector.mask)


def _proxy(selector: "Selector") -> str:  # type: ignore[name-defined] # noqa: F821
    return _network(selector) + "/" + str(selector.protocol) + "/" + str(selector.port)


def _attributes(transform: Phase1Transform, auth: int, life_s: int) -> "list[str]":
    """What `Checking ISAKMP transform` finds in one."""
    found = ["encryption " + _CIPHERS.get(transform.cipher, transform.cipher)]
    if transform.key_bits:
        found.append("keylength of " + str(transform.key_bits))
    found.append("hash " + transform.hash.upper().replace("SHA1", "SHA"))
    found += ["default group " + str(transform.group), "auth " + _AUTHS.get(auth, str(auth))]
    if life_s:
        found += ["life type in seconds", "life duration (basic) of " + str(life_s)]
    return found
