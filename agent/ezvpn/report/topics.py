"""Where reports go: the broker's connection settings, and the topic names.

Level 3. Belongs here: names, and what of the configuration a connection needs. Not here: what is said (`snapshot`), when
(`reporter`), the connection itself (`runtime/*/mqtt`). MQTT 3.1.1 (OASIS): 3.1 CONNECT, 4.7 topic names.
"""

from ezvpn.record import Record, Secret

ONLINE = b"online"
OFFLINE = b"offline"

# MQTT 3.1.1 4.7.1: these mean something in a topic filter or split levels; the space only makes a name hard to type.
_UNFIT = "/+# "


class Broker(Record):
    """All that a connection needs. host: address or name · ca, certificate, key: file names, "" = none · password:
    Secret or None · will_topic and will_payload: what the broker says, retained with QoS 1, when we vanish ·
    subscriptions: topic filters to subscribe with QoS 1 after each connect."""

    _fields = (
        "host",
        "port",
        "tls",
        "client_id",
        "username",
        "password",
        "ca",
        "certificate",
        "key",
        "keepalive_s",
        "will_topic",
        "will_payload",
        "subscriptions",
    )
    _hidden = ("password",)

    def __init__(self, host: str, port: int, client_id: str, will_topic: str) -> None:
        self.host = host
        self.port = port
        self.tls = False
        self.client_id = client_id
        self.username = ""
        self.password: "Secret | None" = None
        self.ca = ""
        self.certificate = ""
        self.key = ""
        self.keepalive_s = 60
        self.will_topic = will_topic
        self.will_payload = OFFLINE
        self.subscriptions: "tuple[str, ...]" = ()

    def same(self, other: "Broker | None") -> bool:
        """Whether a connection made with `other` serves for this too (`==` is of no use: it compares secrets by identity)."""
        if other is None:
            return False
        for name in self._fields:
            if name != "password" and getattr(self, name) != getattr(other, name):
                return False
        if self.password is None or other.password is None:
            return self.password is other.password
        return self.password.same(other.password)


class Topics:
    """The topic names of one device: `<prefix>/<device>/…`."""

    def __init__(self, prefix: str, device: str) -> None:
        self.base = clean_prefix(prefix) + "/" + clean(device)
        self.status = self.base + "/status"
        self.info = self.base + "/info"

    def state(self, tunnel: str) -> str:
        return self.base + "/tunnel/" + clean(tunnel) + "/state"

    def event(self, tunnel: str) -> str:
        return self.base + "/tunnel/" + clean(tunnel) + "/event"

    def metrics(self, tunnel: str) -> str:
        return self.base + "/tunnel/" + clean(tunnel) + "/metrics"

    def retained(self, tunnels: "list[str]") -> "list[str]":
        """Every topic that holds a retained message of ours: what must be cleared when the name changes."""
        names = [self.status, self.info]
        for tunnel in tunnels:
            names.append(self.state(tunnel))
        return names


def clean(name: str) -> str:
    """One topic level: `/ + #`, spaces and control characters become `_`; an empty name too."""
    return _replaced(name, _UNFIT) or "_"


def clean_prefix(prefix: str) -> str:
    """Several levels are fine in a prefix; empty ones are not, and a leading `$` belongs to the broker (MQTT 3.1.1 4.7.2)."""
    levels = [_replaced(level, _UNFIT) for level in prefix.split("/") if level]
    if not levels:
        return "ezvpn"
    if levels[0].startswith("$"):
        levels[0] = "_" + levels[0][1:]
    return "/".join(levels)


def device_name(client_id: str, hostname: str) -> str:
    """The client-id, by default the hostname."""
    return client_id or hostname


def _replaced(text: str, unfit: str) -> str:
    parts = []
    for char in text:
        code = ord(char)
        bad = char in unfit or code < 0x20 or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF
        parts.append("_" if bad else char)
    return "".join(parts)
