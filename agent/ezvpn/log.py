"""One ring of unformatted log records, and the catalog that turns a record into IOS's words.

Level 0. The node alone writes; every reader has a cursor of its own. A record keeps its arguments and the boot time; text
and wall time are made when somebody reads. Nothing secret is ever an argument.
"""

from ezvpn.record import Record


class Severity:
    """Syslog severities (RFC 5424 6.2.1), as in `%FACILITY-N-MNEMONIC`."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class Debug:
    """Bits of the mask that `debug` sets; tested before arguments are built."""

    ISAKMP = 1  # debug crypto isakmp
    IPSEC = 2  # debug crypto ipsec
    EZVPN = 4  # debug crypto ipsec client ezvpn
    EXCHANGES = 8  # `ike.events.Exchanged`, for traces


# mnemonic -> (facility, severity, format). The two session lines are IOS's own (two spaces after DOWN. and before Id:, and two
# before the dot where the tunnel is "UP  .").
CATALOG = {
    "EZVPN_CONNECTION_UP": (
        "CRYPTO",
        6,
        "(Client)  User=%s  Group=%s  Client_public_addr=%s  Server_public_addr=%s  Assigned_client_addr=%s  ",
    ),
    "EZVPN_CONNECTION_DOWN": (
        "CRYPTO",
        6,
        "(Client)  User=%s  Group=%s  Client_public_addr=%s  Server_public_addr=%s  Assigned_client_addr=%s  ",
    ),
    "SESSION_STATUS": ("CRYPTO", 5, "Crypto tunnel is %s.  Peer %s:%d  Id: %s"),
    "ISAKMP_ON_OFF": ("CRYPTO", 6, "ISAKMP is %s"),
    "RECVD_PKT_INV_SPI": ("CRYPTO", 4, "decaps: rec'd IPSEC packet has invalid spi, spi=0x%X(%d), srcaddr=%s"),
    "EZVPN_FAILED": ("CRYPTO", 3, "EZVPN(%s): %s"),
    "EZVPN_WARNING": ("CRYPTO", 4, "EZVPN(%s): %s"),
    "EZVPN_NOTE": ("CRYPTO", 6, "EZVPN(%s): %s"),
    "EZVPN_XAUTH": (
        "CRYPTO",
        5,
        "EZVPN(%s): Pending XAuth Request, Please enter the following command: crypto ipsec client ezvpn xauth",
    ),
    "EZVPN_BANNER": ("CRYPTO", 6, "EZVPN(%s): banner from the gateway: %s"),
    "EZVPN_STATE": ("CRYPTO", 7, "EZVPN(%s): Current State: %s  Event: %s  New State: %s"),
    "IKE_DROPPED": ("CRYPTO", 7, "ISAKMP: dropped a datagram: %s"),
    "DATAPLANE": ("CRYPTO", 3, "data plane: %s"),
    "DATAPLANE_WARNING": ("CRYPTO", 4, "data plane: %s"),
    "MQTT": ("EZVPN", 5, "MQTT: %s"),
    "CONFIG": ("SYS", 5, "Configured from %s"),
    "CONFIG_WARNING": ("SYS", 4, "%s"),
    "RESTART": ("SYS", 5, "System restarted: %s"),
}


class LogRecord(Record):
    """seq counts from 1 and never repeats; at is boot time in ms."""

    _fields = ("seq", "at", "mnemonic", "args")

    def __init__(self, seq: int, at: int, mnemonic: str, args: "tuple[object, ...]") -> None:
        self.seq = seq
        self.at = at
        self.mnemonic = mnemonic
        self.args = args

    def severity(self) -> int:
        return CATALOG[self.mnemonic][1]

    def text(self) -> str:
        """`%CRYPTO-5-SESSION_STATUS: …` without the time stamp."""
        facility, severity, form = CATALOG[self.mnemonic]
        return "%" + facility + "-" + str(severity) + "-" + self.mnemonic + ": " + form % self.args


class Ring:
    """The last `size` records. Readers ask `after(seq)`; a gap tells them how many lines they lost."""

    def __init__(self, size: int = 200) -> None:
        self.size = size
        self.next_seq = 1
        self._records: "list[LogRecord]" = []

    def add(self, at: int, mnemonic: str, *args: object) -> LogRecord:
        record = LogRecord(self.next_seq, at, mnemonic, args)
        self.next_seq += 1
        self._records.append(record)
        if len(self._records) > self.size:
            self._records.pop(0)
        return record

    def after(self, seq: int) -> "tuple[int, list[LogRecord]]":
        """(how many records after `seq` were lost, those that are left in order)."""
        left = [record for record in self._records if record.seq > seq]
        lost = self.next_seq - 1 - seq - len(left)
        return max(lost, 0), left
