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
    "MAP_FAILED": ("CRYPTO", 3, "crypto map %s: %s"),
    "MAP_WARNING": ("CRYPTO", 4, "crypto map %s: %s"),
    "MAP_NOTE": ("CRYPTO", 6, "crypto map %s: %s"),
    "EZVPN_XAUTH": (
        "CRYPTO",
        5,
        "EZVPN(%s): Pending XAuth Request, Please enter the following command: crypto ipsec client ezvpn xauth",
    ),
    "EZVPN_BANNER": ("CRYPTO", 6, "EZVPN(%s): banner from the gateway: %s"),
    "EZVPN_STATE": ("CRYPTO", 7, "EZVPN(%s): Current State: %s  Event: %s  New State: %s"),  # debug … ezvpn
    "IKE_DROPPED": ("CRYPTO", 7, "ISAKMP: dropped a datagram: %s"),  # debug crypto isakmp
    "DATAPLANE": ("CRYPTO", 3, "data plane: %s"),
    "DATAPLANE_WARNING": ("CRYPTO", 4, "data plane: %s"),
    "MQTT": ("EZVPN", 5, "MQTT: %s"),
    "CONFIG": ("SYS", 5, "Configured from %s"),
    "COUNTERS": ("CLEAR", 5, "Clear counter on %s by console"),
    "CONFIG_WARNING": ("SYS", 4, "%s"),
    "CONSOLE_BREAK": ("SYS", 5, "Break on the serial line of console %d"),
    "PASSWORD_RECOVERY": ("SYS", 4, "All secrets were erased at the console, after a break in the first minute"),
    "LOGIN_FAILED": (
        "SEC_LOGIN",
        4,
        "Login failed [user: %s] [Source: console] [Reason: Login Authentication Failed]",
    ),
    "ROLLBK_CNFMD_CHG_START": (
        "ARCHIVE_DIFF",
        5,
        "Configuration changes are taken back in %s unless they are confirmed",
    ),
    "ROLLBK_CNFMD_CHG_FOUND": (
        "ARCHIVE_DIFF",
        5,
        "Changes were waiting to be confirmed when the device stopped: they are taken back in %s",
    ),
    "ROLLBK_CNFMD_CHG_WARNING": (
        "ARCHIVE_DIFF",
        5,
        'System will rollback in one minute. Enter "configure confirm" if you wish to keep what you\'ve configured',
    ),
    "ROLLBK_CNFMD_CHG_ROLLBACK_START": ("ARCHIVE_DIFF", 5, "Start rolling back: %s"),
    "ROLLBK_CNFMD_CHG_CONFIRM": ("ARCHIVE_DIFF", 5, "Configuration change confirmed"),
    "ROLLBK_CNFMD_CHG_NOT_STORED": ("ARCHIVE_DIFF", 4, "The roll-back is not stored and ends with this run: %s"),
    "SCHEDULED_RELOAD": ("SYS", 5, "Reload requested in %s"),
    "SCHEDULED_RELOAD_CANCELLED": ("SYS", 5, "Scheduled reload cancelled"),
    "SHUTDOWN_SOON": ("SYS", 5, "--- SHUTDOWN in %s ---"),
    "PEERSYNC": ("NTP", 5, "NTP synced to peer %s"),
    "PEERUNREACH": ("NTP", 6, "Peer %s is unreachable"),
    "CLOCKUPDATE": ("SYS", 6, "System clock has been updated from %s to %s, configured from console"),
    "RESTART": ("SYS", 5, "System restarted: %s"),
}


def form_of(mnemonic: str) -> "tuple[str, int, str]":
    """(facility, severity, format) of a line: from the catalog, else of one for `debug`. KeyError: there is no such line."""
    found = CATALOG.get(mnemonic)
    if found is not None:
        return found
    # Imported here: a device that nobody debugs never loads these words.
    from ezvpn.debug_words import WORDS

    return "CRYPTO", Severity.DEBUG, WORDS[mnemonic]


class LogRecord(Record):
    """seq counts from 1 and never repeats; at is boot time in ms."""

    _fields = ("seq", "at", "mnemonic", "args")

    def __init__(self, seq: int, at: int, mnemonic: str, args: "tuple[object, ...]") -> None:
        self.seq = seq
        self.at = at
        self.mnemonic = mnemonic
        self.args = args

    def severity(self) -> int:
        return form_of(self.mnemonic)[1]

    def text(self) -> str:
        """`%CRYPTO-5-SESSION_STATUS: …` without the time stamp."""
        facility, severity, form = form_of(self.mnemonic)
        return "%" + facility + "-" + str(severity) + "-" + self.mnemonic + ": " + form % self.args


class Ring:
    """The last `size` records, and beside them the last `size` of debugging: those must not push out what matters.

    Readers ask `after(seq)`, or `since(mark)` to learn too how many of the lines that they want they lost."""

    def __init__(self, size: int = 200) -> None:
        self.size = size
        self.next_seq = 1
        self.debugging = 0  # how many of all records were of debugging
        self._records: "list[LogRecord]" = []
        self._debug: "list[LogRecord]" = []

    def add(self, at: int, mnemonic: str, *args: object) -> LogRecord:
        record = LogRecord(self.next_seq, at, mnemonic, args)
        share = self._records
        if record.severity() >= Severity.DEBUG:
            share = self._debug
            self.debugging += 1
        self.next_seq += 1
        share.append(record)
        if len(share) > self.size:
            share.pop(0)
        return record

    def resize(self, size: int) -> None:
        """Keep so many from now on."""
        self.size = size
        for share in (self._records, self._debug):
            while len(share) > size:
                share.pop(0)

    def after(self, seq: int) -> "tuple[int, list[LogRecord]]":
        """(how many records after `seq` were lost, those that are left in order)."""
        left = _merged(_later(self._records, seq), _later(self._debug, seq))
        lost = self.next_seq - 1 - seq - len(left)
        return max(lost, 0), left

    def mark(self) -> "tuple[int, int]":
        """Where a reader stands that has read all."""
        return self.next_seq - 1, self.debugging

    def since(self, mark: "tuple[int, int]", level: int) -> "tuple[int, list[LogRecord]]":
        """(how many records after `mark` were lost, those that are left), only of severities up to `level`. What was lost is
        told apart no further than debugging from all else."""
        seq, debugging = mark
        left = _later(self._records, seq)
        debug = _later(self._debug, seq)
        told = self.debugging - debugging
        lost = self.next_seq - 1 - seq - told - len(left)
        if level >= Severity.DEBUG:
            lost += told - len(debug)
            left = _merged(left, debug)
        return max(lost, 0), [record for record in left if record.severity() <= level]


def _later(records: "list[LogRecord]", seq: int) -> "list[LogRecord]":
    return [record for record in records if record.seq > seq]


def _merged(one: "list[LogRecord]", other: "list[LogRecord]") -> "list[LogRecord]":
    """Both in the order of their numbers."""
    if not one or not other:
        return one or other
    return sorted(one + other, key=_number)


def _number(record: LogRecord) -> int:
    return record.seq
