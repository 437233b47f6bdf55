"""Mode Config, the client's half: pull (REQUEST/REPLY) after XAUTH, and what a gateway pushes (SET/ACK).

draft-dukes-ike-mode-cfg-02 2 and 3; Unity attributes 28672 to 28682. Unknown attributes are skipped, a zero-length value in a
REPLY means "not available". The gateway's half lives in the practice gateway.
"""

from ezvpn.ike.debug import FROM_PEER, INTERNAL, P1_COMPLETE
from ezvpn.ike.exchange import Exchange, Sent
from ezvpn.ike.params import ModeConfig, Split
from ezvpn.ike.sa import IsakmpSa
from ezvpn.wire.attributes import (
    ConfigAttribute,
    ConfigMessage,
    ConfigType,
    Unity,
    clean_text,
    parse_split,
    split_names,
    write_config,
)
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.isakmp import Payload

# Asked with empty values (cfg 2). In network extension mode the address is left out. One that we hold is asked for: what a
# REQUEST holds is "taken as suggestions" (cfg 2), and a gateway that goes by it gives no second one.
ASKED = (
    ConfigAttribute.IP4_DNS,
    ConfigAttribute.IP4_NBNS,
    Unity.BANNER,
    Unity.SAVE_PASSWORD,
    Unity.DEFAULT_DOMAIN,
    Unity.SPLIT_DNS,
    Unity.SPLIT_INCLUDE,
    Unity.LOCAL_LAN,
    Unity.PFS,
    Unity.BACKUP_SERVERS,
)
LIST_MAX = 64
SPLITS_MAX = LIST_MAX + 1  # one more than a tunnel opens, so that it sees that some are left out


class ModeConfigClient:
    """Of one session. `done` after the first configuration."""

    def __init__(self, sa: IsakmpSa) -> None:
        self.sa = sa
        self.request: "Exchange | None" = None
        self.done = False

    def start(self, now: int) -> None:
        """REQUEST."""
        sa = self.sa
        exchange = sa.open_exchange(ExchangeType.TRANSACTION, self, now)
        self.request = exchange
        attributes: "list[tuple[int, int | bytes]]" = []
        if sa.attempt.request_address:
            attributes.append((ConfigAttribute.IP4_ADDRESS, sa.attempt.address or b""))
            attributes.append((ConfigAttribute.IP4_NETMASK, b""))
        attributes.extend([(number, b"") for number in ASKED])
        attributes.append((ConfigAttribute.APPLICATION_VERSION, sa.attempt.application_version.encode()))
        identifier = int.from_bytes(sa.core.random(2), "big")
        sa.lines.config("ISAKMP_CONFIG_BEGIN", exchange.message_id)
        self._send(exchange, ConfigType.REQUEST, identifier, attributes, Sent.REQUEST, now)
        sa.lines.turn(INTERNAL, "IKE_PHASE1_COMPLETE", "IKE_CONFIG_MODE_REQ_SENT")

    def put_off(self) -> None:
        """An XAUTH came in between: what was asked is asked again afterwards."""
        if self.request is not None:
            self.request.waiting = False
            self.request = None

    def process_reply(self, exchange: Exchange, message: ConfigMessage, now: int) -> None:
        """The answer to our REQUEST."""
        if exchange is not self.request or self.done:
            return
        lines = self.sa.lines
        lines.done(exchange.message_id, "Transaction mode done", now)
        lines.turn(FROM_PEER, "IKE_CFG_REPLY", P1_COMPLETE)
        self._finish(read(message), now)

    def process_request(self, exchange: Exchange, message: ConfigMessage, now: int) -> None:
        """cfg 2: a REQUEST must always be answered, with an empty REPLY if need be; we have nothing to give."""
        self._send(exchange, ConfigType.REPLY, message.identifier, [], Sent.ANSWER, now)

    def process_set(self, exchange: Exchange, message: ConfigMessage, now: int) -> None:
        """A push: acknowledge every attribute (zero length = accepted) and take it as the configuration if we have none. One
        without an address does not stand for the answer to a REQUEST that is under way."""
        accepted: "list[tuple[int, int | bytes]]" = [(number, b"") for number, _ in message.attributes]
        self.sa.lines.config("ISAKMP_CONFIG_RESPOND", exchange.message_id)
        self._send(exchange, ConfigType.ACK, message.identifier, accepted, Sent.ANSWER, now)
        self.sa.lines.done(exchange.message_id, "No Error", now)
        self.sa.lines.turn(FROM_PEER, "IKE_CFG_SET", P1_COMPLETE)
        config = read(message)
        if not self.done and (config.address is not None or self.request is None):
            self._finish(config, now)

    def _finish(self, config: ModeConfig, now: int) -> None:
        self.done = True
        if self.request is not None:
            self.request.waiting = False
        self.sa.configured(config, now)

    def _send(
        self,
        exchange: Exchange,
        kind: int,
        identifier: int,
        attributes: "list[tuple[int, int | bytes]]",
        how: int,
        now: int,
    ) -> None:
        sa = self.sa
        w = sa.writer(exchange.kind, exchange.message_id)
        at = sa.sealed().begin(w)
        w.begin(Payload.ATTR)
        write_config(w, ConfigMessage(kind, identifier, tuple(attributes)))
        w.end()
        sa.send_hashed(exchange, w, at, how, now)


def read(message: ConfigMessage) -> ModeConfig:
    """What a REPLY or SET brings. A value of the wrong size is skipped like an unknown attribute (cfg 3.4)."""
    config = ModeConfig()
    banner = ""
    for number, value in message.attributes:
        if isinstance(value, int):
            _read_basic(config, number, value)
            continue
        if len(value) == 0:
            continue
        if number == Unity.BANNER:
            banner += clean_text(value)
        elif number in (Unity.SAVE_PASSWORD, Unity.PFS):
            _read_basic(config, number, int.from_bytes(value[:4], "big"))
        else:
            _read_value(config, number, value)
    config.banner = banner
    return config


def _read_basic(config: ModeConfig, number: int, value: int) -> None:
    if number == Unity.SAVE_PASSWORD:
        config.save_password = value != 0
    elif number == Unity.PFS:
        config.pfs = value != 0


def _read_value(config: ModeConfig, number: int, value: bytes) -> None:
    if number == ConfigAttribute.IP4_ADDRESS and len(value) == 4:
        config.address = value
    elif number == ConfigAttribute.IP4_NETMASK and len(value) == 4:
        config.netmask = value
    elif number == ConfigAttribute.IP4_DNS and len(value) == 4:
        config.dns = (config.dns + (value,))[:LIST_MAX]
    elif number == ConfigAttribute.IP4_NBNS and len(value) == 4:
        config.wins = (config.wins + (value,))[:LIST_MAX]
    elif number == Unity.DEFAULT_DOMAIN:
        config.domain = clean_text(value)
    elif number == Unity.SPLIT_DNS:
        config.split_dns = (config.split_dns + split_names(value))[:LIST_MAX]
    elif number == Unity.SPLIT_INCLUDE:
        config.split_include = (config.split_include + _splits(value))[:SPLITS_MAX]
    elif number == Unity.LOCAL_LAN:
        config.split_exclude = (config.split_exclude + _splits(value))[:LIST_MAX]
    elif number == Unity.BACKUP_SERVERS:
        config.backup_servers = (config.backup_servers + split_names(value))[:LIST_MAX]


def _splits(value: bytes) -> "tuple[Split, ...]":
    try:
        return tuple([Split(entry[0], entry[1], entry[2], entry[3], entry[4]) for entry in parse_split(value)])
    except Malformed:
        return ()
