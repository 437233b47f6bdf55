"""XAUTH, the client's half: the gateway asks for credentials and tells its verdict.

    R -> I   REQUEST (USER_NAME, PASSWORD, ...)        may come several times: next token, new PIN
    I -> R   REPLY                                     same message ID, same identifier, only what was asked
    R -> I   SET (STATUS)                              a message ID of its own
    I -> R   ACK

draft-beaulieu-ike-xauth-02 5 and 6. Who answers, and how often a stored password is given, is the tunnel's decision. The
gateway's half lives in the practice gateway.
"""

from ezvpn.ike.debug import FROM_PEER, INTERNAL, P1_COMPLETE
from ezvpn.ike.events import XauthRequest
from ezvpn.ike.exchange import Exchange, Sent
from ezvpn.ike.sa import IsakmpSa
from ezvpn.record import Secret
from ezvpn.wire.attributes import ConfigMessage, ConfigType, Xauth, XauthStatus, XauthType, clean_text, write_config
from ezvpn.wire.isakmp import Payload

# Cisco's undocumented attributes in a REQUEST; what real clients do is to echo them empty.
CISCO_EXTRA = (0x7D88, 0x0015)
# In a REQUEST these carry something to show; everything else is asked for.
NOT_ASKED = (Xauth.TYPE, Xauth.MESSAGE, Xauth.CHALLENGE, Xauth.STATUS)
KNOWN_TYPES = (XauthType.GENERIC, XauthType.OTP, XauthType.SKEY)


class Pending:
    """A REQUEST that waits for its answer."""

    def __init__(self, exchange: Exchange, message: ConfigMessage, typed: bool, kind: int) -> None:
        self.exchange = exchange
        self.identifier = message.identifier
        self.typed = typed
        self.kind = kind
        self.extra = [number for number, _ in message.attributes if number in CISCO_EXTRA]


class XauthClient:
    """Of one session. `rounds` counts requests that were passed up."""

    def __init__(self, sa: IsakmpSa) -> None:
        self.sa = sa
        self.pending: "Pending | None" = None
        self.rounds = 0
        self.message = ""

    def wants(self, message: ConfigMessage) -> bool:
        """Whether a REQUEST or SET belongs to XAUTH (else it is Mode Config)."""
        for number, _ in message.attributes:
            if Xauth.TYPE <= number <= Xauth.ANSWER:
                return True
        return False

    def process_request(self, exchange: Exchange, message: ConfigMessage, now: int) -> None:
        """Pass the request up, or refuse what no answer of ours could satisfy."""
        kind = XauthType.GENERIC
        typed = False
        fields = []
        challenge = b""
        self.message = ""
        for number, value in message.attributes:
            if number == Xauth.TYPE:
                typed = True
                kind = _number(value)
            elif number == Xauth.MESSAGE and isinstance(value, bytes):
                self.message = clean_text(value)
            elif number == Xauth.CHALLENGE and isinstance(value, bytes):
                challenge = value
            elif Xauth.TYPE <= number <= Xauth.ANSWER and number not in NOT_ASKED:
                # cfg 3.4: attributes that are not known are skipped, nobody could answer them.
                fields.append(number)
        self._withdraw()
        self.pending = Pending(exchange, message, typed, kind)
        # xauth 6.2: CHALLENGE never with generic; RADIUS-CHAP needs a secret that we do not have in clear.
        if kind not in KNOWN_TYPES or (challenge and kind == XauthType.GENERIC):
            self.refuse(now)
            return
        self.rounds += 1
        exchange.owed = True
        self.sa.credentials_wanted(now)
        if self.sa.lines.on():
            self.sa.lines.tagged("ISAKMP_XAUTH_REQUEST")
        self.sa.lines.turn(FROM_PEER, "IKE_CFG_REQUEST", "IKE_XAUTH_REPLY_AWAIT")
        self.sa.core.emit(XauthRequest(self.sa.id, kind, tuple(fields), self.message, challenge, self.rounds))

    def answer(self, fields: "list[tuple[int, str | Secret]]", now: int) -> None:
        """REPLY with these attributes. A question that the gateway has settled meanwhile needs no answer."""
        attributes: "list[tuple[int, int | bytes]]" = []
        for number, value in fields:
            attributes.append((number, value.reveal() if isinstance(value, Secret) else value.encode()))
        self._reply(attributes, now)

    def refuse(self, now: int) -> None:
        """xauth 5 and 6.1: a client that cannot answer says STATUS = fail instead of keeping silent."""
        self._reply([(Xauth.STATUS, XauthStatus.FAIL)], now)

    def _reply(self, answers: "list[tuple[int, int | bytes]]", now: int) -> None:
        pending = self.pending
        if pending is None:
            return
        self.pending = None
        attributes: "list[tuple[int, int | bytes]]" = []
        # xauth 6.2: TYPE in the REPLY equals the REQUEST's, and is absent if it was absent.
        if pending.typed:
            attributes.append((Xauth.TYPE, pending.kind))
        attributes.extend(answers)
        for number in pending.extra:
            attributes.append((number, b""))
        self._send(pending.exchange, ConfigType.REPLY, pending.identifier, attributes, now)
        self.sa.lines.done(pending.exchange.message_id, "Done with xauth request/reply exchange", now)
        self.sa.lines.turn(INTERNAL, "IKE_XAUTH_REPLY_ATTR", "IKE_XAUTH_REPLY_SENT")

    def process_set(self, exchange: Exchange, message: ConfigMessage, now: int) -> None:
        """STATUS: acknowledge it (xauth 6.1: without attributes) and pass the verdict on."""
        status = None
        self.message = ""
        for number, value in message.attributes:
            if number == Xauth.STATUS:
                status = _number(value)
            elif number == Xauth.MESSAGE and isinstance(value, bytes):
                self.message = clean_text(value)
        lines = self.sa.lines
        if lines.on() and status is not None:
            lines.tagged("ISAKMP_XAUTH_SET", status)
        self._send(exchange, ConfigType.ACK, message.identifier, [], now)
        lines.done(exchange.message_id, "No Error", now)
        lines.turn(FROM_PEER, "IKE_CFG_SET", P1_COMPLETE)
        if status is not None:
            self._withdraw()
            self.sa.authenticated(status == XauthStatus.OK, self.message, now)

    def _withdraw(self) -> None:
        """The gateway no longer waits for the answer to its last REQUEST."""
        if self.pending is not None:
            self.pending.exchange.owed = False
            self.pending = None

    def _send(
        self, exchange: Exchange, kind: int, identifier: int, attributes: "list[tuple[int, int | bytes]]", now: int
    ) -> None:
        sa = self.sa
        w = sa.writer(exchange.kind, exchange.message_id)
        at = sa.sealed().begin(w)
        w.begin(Payload.ATTR)
        write_config(w, ConfigMessage(kind, identifier, tuple(attributes)))
        w.end()
        sa.lines.config("ISAKMP_CONFIG_RESPOND", exchange.message_id)
        sa.send_hashed(exchange, w, at, Sent.ANSWER, now)


def _number(value: "int | bytes") -> int:
    """TYPE or STATUS, which are sent in the short form (xauth 6.2); from the long form the last two bytes, so that a TYPE can be
    given back as it came."""
    return value if isinstance(value, int) else int.from_bytes(value[-2:], "big")
