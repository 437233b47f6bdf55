"""A device for consoles: answers what a test puts in, and notes what is asked of it. Runs on both interpreters."""

from ezvpn.config.commands import Modes
from ezvpn.config.text import parse
from ezvpn.console.host import Host, MqttStatus, Version
from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector, Split
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.log import Ring
from ezvpn.record import Secret

CONFIG = """
hostname Router
crypto ipsec client ezvpn cisco
 connect manual
 group branch key sesame-key
 mode client
 peer 100.1.1.4
 username ipsecuser password open-sesame
interface Ethernet0/0
 crypto ipsec client ezvpn cisco outside
interface Loopback0
 crypto ipsec client ezvpn cisco inside
"""

SECRETS = ("sesame-key", "open-sesame", "typed-in-secret", "enable-me")


class FakeHost(Host):
    """calls: (method, arguments) in order. problem: what tunnel_connect and tunnel_xauth answer."""

    def __init__(self, config=CONFIG):
        parsed = parse(config)
        if parsed.errors:
            raise ValueError(repr(parsed.errors))
        self.config = parsed.config
        self.log = Ring(20)
        self.modes = Modes()
        self.calls = []
        self.statuses = [tunnel_down("cisco")]
        self.prompts = {}
        self.deleted = []
        self.problem = ""
        self.warnings = []
        self.wall = None
        self.synced = False
        self.mask = 0
        self.typed = []  # secrets that arrived in answers

    def apply(self, config, now):
        self.config = config
        self.calls.append(("apply", config.hostname))
        return self.warnings

    def configured(self, session, now):
        self.calls.append(("configured", session))
        self.log.add(now, "CONFIG", "console")

    def save(self, session, now):
        self.calls.append(("save", session))

    def save_trace(self, session, name, now):
        self.calls.append(("save_trace", session, name))
        return "" if self.problem else "/var/lib/ezvpn/" + name

    def tunnels(self, now):
        return self.statuses

    def deleted_sas(self, now):
        return self.deleted

    def tunnel_connect(self, name, now):
        self.calls.append(("connect", name))
        return self.problem

    def tunnel_clear(self, name, now):
        self.calls.append(("clear", name))

    def isakmp_clear(self, session, now):
        self.calls.append(("isakmp_clear", session))

    def tunnel_clear_sas(self, name, now):
        self.calls.append(("clear_sas", name))

    def tunnel_xauth_prompt(self, name):
        return self.prompts.get(name)

    def tunnel_xauth(self, name, answers, now):
        shown = []
        for field, value in answers:
            if isinstance(value, Secret):
                self.typed.append(value.reveal())
            shown.append((field, str(value)))
        self.calls.append(("xauth", name, shown))
        return self.problem

    def counters(self):
        return [("isakmp malformed", 3), ("isakmp unknown-cookie", 12)]

    def mqtt_status(self, now):
        counters = [("messages sent", 17), ("events dropped", 0)]
        return MqttStatus("mqtt://broker.example:1883", True, "", 4000, "ezvpn/Router", counters)

    def version(self, now):
        return Version("Edge 1", "0.1.0", "CPython 3.13", "cryptography", "tun", "unix", "", now)

    def clock(self, now):
        return (None if self.wall is None else self.wall + now), self.synced

    def debugging(self):
        return self.mask

    def debug(self, mask, now):
        self.mask = mask
        self.calls.append(("debug", mask))

    def reboot(self, now):
        self.calls.append(("reboot",))


def tunnel_down(name):
    status = TunnelStatus(name)
    status.connect = "manual"
    status.group = "branch"
    status.user = "ipsecuser"
    status.state = "CONNECT_REQUIRED"
    status.last_event = "RESET"
    status.inside = ("Loopback0",)
    status.outside = "Ethernet0/0"
    status.peers = ("100.1.1.4",)
    status.peer = "100.1.1.4"
    return status


def tunnel_up(name):
    """The tunnel of the samples in Cisco's documents: 25.0.0.1 and 15.0.0.1, one split network."""
    status = tunnel_down(name)
    status.state = "IPSEC_ACTIVE"
    status.last_event = "SOCKET_UP"
    status.peer_address = b"\x64\x01\x01\x04"
    status.local = b"\x0f\0\0\x01"
    status.up_since = 1000
    config = ModeConfig()
    config.address = b"\xc0\xa8\xa8\x69"
    config.netmask = b"\xff\xff\xff\xff"
    config.split_include = (Split(b"\xc0\xa8\x04\0", b"\xff\xff\xff\0", 0, 0, 0),)
    status.config = config
    phase1 = Phase1Status()
    phase1.session = 1
    phase1.state = "QM_IDLE"
    phase1.local = b"\x0f\0\0\x01"
    phase1.peer = b"\x19\0\0\x01"
    phase1.transform = Phase1Transform("aes", 128, "sha1", 5)
    phase1.remaining_s = 23 * 3600 + 25 * 60 + 3
    phase1.initiator_cookie = b"\xde\xad\xbe\xef\0\0\0\1"
    phase1.responder_cookie = b"\xfe\xed\xfa\xce\0\0\0\2"
    phase1.peer_id = "25.0.0.1"
    status.phase1 = phase1
    child = ChildStatus(
        EspTransform("aes-cbc", 128, "sha1"),
        Selector(b"\xc0\xa8\xa8\x69", b"\xff\xff\xff\xff"),
        Selector(b"\xc0\xa8\x04\0", b"\xff\xff\xff\0"),
    )
    child.session = 1
    child.child = 1
    child.spi_in = 0x1B3C5D7F
    child.spi_out = 0x48BAC7D3
    child.mtu = 1438
    child.remaining_s = 1454
    child.remaining_kb = 4224103
    child.packets_out, child.bytes_out = 20, 1680
    child.packets_in, child.bytes_in = 18, 1512
    status.children = (child,)
    return status
