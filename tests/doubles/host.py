"""A device for consoles: answers what a test puts in, and notes what is asked of it. Runs on both interpreters."""

from ezvpn.config.commands import Modes
from ezvpn.config.render import render
from ezvpn.config.text import parse, to_text
from ezvpn.console.caller import Failed
from ezvpn.console.guard import Guard
from ezvpn.console.host import Host, MqttStatus, Version
from ezvpn.console.network_facts import InterfaceFacts, RouteFacts
from ezvpn.console.time_facts import Association, Source, TimeFacts
from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector, Split
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.log import Ring
from ezvpn.machine import CpuSample, Usage
from ezvpn.record import Secret
from ezvpn.wire.link_stats import Counters, Hardware

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


# Files of a device that was used before.
STORED = {"startup-config": b"hostname Before\nenable secret sesame-key\n", "flash:before": b"hostname Before\n"}

# What is typed where a grammar has one of these.
ARGUMENTS = {"IFNAME$interface": "e0/0", "LINE$text": "peer"}


def example(grammar):
    """A line that fits a grammar: nothing optional, the first word of a choice."""
    return " ".join([ARGUMENTS.get(word, word) for word in _needed(grammar)])


def literals(grammar):
    """The words that such a line begins with."""
    return " ".join([word for word in _needed(grammar) if word[0].islower()])


def _needed(grammar):
    words = grammar.split(" [")[0]
    while "{" in words:
        before, _, rest = words.partition("{")
        choice, _, after = rest.partition("}")
        tail = after.partition(" ")[2]
        words = before + choice.split("|")[0] + (" " + tail if tail else "")
    return words.split(" ")


class FakeHost(Host):
    """calls: (method, arguments) in order. problem: what tunnel_connect and tunnel_xauth answer."""

    def __init__(self, config=CONFIG, stored=None):
        parsed = parse(config)
        if parsed.errors:
            raise ValueError(repr(parsed.errors))
        self.config = parsed.config
        self.log = Ring(20)
        self.modes = Modes()
        self.levels = ()
        self.guard = Guard()
        self.hash_kinds = ("5", "8", "9")
        self.calls = []
        self.statuses = [tunnel_down("cisco")]
        self.prompts = {}
        self.deleted = []
        self.problem = ""
        self.warnings = []
        self.wall = None
        self.synced = False
        self.mask = 0
        self.source = Source.NONE
        self.servers = []
        self.cleared = None
        self.typed = []  # secrets that arrived in answers
        self.unseal = None
        self.stored = dict(stored or {})  # file -> content; `flash:NAME` and `startup-config`
        self.reload = None  # (ms, why) of a restart that was ordered
        self.left = None  # ms until changes are taken back
        self.refuses = ""  # why nothing can be written

    def apply(self, config, now):
        self.config = config
        self.calls.append(("apply", config.hostname))
        return self.warnings

    def check_password(self, session, stored, typed, now):
        self.calls.append(("check_password", session, stored.kind))
        return self.problem

    def wipe(self, config, now):
        self.config = config
        self.calls.append(("wipe", config.hostname))
        return self.problem

    def settle(self, session, now):
        return False

    def login_failed(self, session, user, now):
        self.calls.append(("login_failed", session, user))
        self.log.add(now, "LOGIN_FAILED", user)

    def configured(self, session, now):
        self.calls.append(("configured", session))
        self.log.add(now, "CONFIG", "console")

    def save(self, session, data, now):
        self.calls.append(("save", session))

    def stored_text(self, now):
        return "", to_text(self.config).encode()

    def sent_text(self, config, now):
        return "", ("\n".join(render(config, True)) + "\n").encode()

    def transfer(self, session, host, name, content, now):
        self.calls.append(("transfer", host, name, content if content is None else len(content)))
        self.sent = content

    def transfer_end(self, session):
        self.calls.append(("transfer_end",))

    def change_key(self, word):
        self.typed.append(word.reveal())
        self.calls.append(("change_key",))
        return self.refuses

    def read(self, name):
        if name in self.stored:
            return "", self.stored[name]
        return (name + " is not present" if name == "startup-config" else "there is no file " + name), b""

    def write(self, name, data, now):
        if not self.refuses:
            self.stored[name] = data
        self.calls.append(("write", name, len(data)))
        return self.refuses

    def delete(self, name):
        self.calls.append(("delete", name))
        if not self.refuses:
            self.stored.pop(name, None)
        return self.refuses

    def files(self):
        found = [name for name in self.stored if name.startswith("flash:")]
        return sorted([(name[6:], len(self.stored[name])) for name in found])

    def provisional_arm(self, minutes, now):
        self.calls.append(("arm", minutes))
        self.left = minutes * 60000

    def provisional_confirm(self, now):
        return self._ended("confirm")

    def provisional_revert(self, now):
        return self._ended("revert")

    def _ended(self, how):
        self.calls.append((how,))
        pending = self.left is not None
        self.left = None
        return pending

    def provisional_left(self, now):
        return self.left

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
        facts = ("Edge 1", "0.1.0", "CPython 3.13", "cryptography", "tun", "unix", "", now)
        return Version(*facts, "reload", "/usr/share/ezvpn", self.usage(now))

    def usage(self, now):
        found = Usage()
        found.pid, found.switches = 312, 1200
        found.total_kb, found.free_kb = 126976, 98304
        found.resident_kb, found.shared_kb, found.peak_kb = 27096, 21051, 27200
        found.flash_total_kb, found.flash_free_kb = 16384, 9000
        found.samples = [
            CpuSample(now - 300000, 500, 100),
            CpuSample(now - 60000, 3500, 700),
            CpuSample(now - 5000, 4000, 800),
            CpuSample(now, 4200, 850),
        ]
        return found

    def interfaces(self, now):
        if self.problem:
            raise Failed(self.problem)
        return interfaces(self.cleared)

    def routes(self, now):
        if self.problem:
            raise Failed(self.problem)
        return routes()

    def probe(self, session, request, now):
        self.calls.append(("probe", repr(request)))

    def probe_stop(self, session, now):
        self.calls.append(("probe_stop",))
        return ["Success rate is 50 percent (1/2), round-trip min/avg/max = 1/1/1 ms"]

    def test_crypto(self, session, now):
        self.calls.append(("test_crypto",))

    def clear_counters(self, interface, now):
        self.calls.append(("clear_counters", interface))
        self.cleared = now

    def clock(self, now):
        return (None if self.wall is None else self.wall + now), self.synced

    def time(self):
        return TimeFacts(self.source, self.servers)

    def set_clock(self, wall_ms, now):
        self.calls.append(("set_clock", wall_ms))
        self.wall, self.synced, self.source = wall_ms - now, True, Source.USER

    def debugging(self):
        return self.mask

    def debug(self, mask, now):
        self.mask = mask
        self.calls.append(("debug", mask))

    def reload_schedule(self, delay_ms, reason, now):
        self.calls.append(("reload_schedule", delay_ms, reason))
        self.reload = (delay_ms, reason)

    def reload_cancel(self, now):
        self.calls.append(("reload_cancel",))
        scheduled = self.reload is not None
        self.reload = None
        return scheduled

    def reload_left(self, now):
        return self.reload

    def reboot(self, now):
        self.calls.append(("reboot",))


def interfaces(cleared=None):
    """Two Ethernets, one of them shut, and the tunnel's device."""
    outside = InterfaceFacts("FastEthernet0", "eth0", 2)
    outside.admin_up = outside.line_up = outside.configured = True
    outside.hardware, outside.mac, outside.mtu = Hardware.ETHERNET, b"\x00\x11\x22\x33\x44\x55", 1500
    outside.addresses = [(b"\x0f\0\0\x01", 24), (b"\x0f\0\x01\x01", 24)]
    outside.description = "to the Internet"
    outside.counters = Counters((7, 5, 700, 500, 1, 0, 2, 0, 3) if cleared is None else ())
    outside.cleared = cleared
    shut = InterfaceFacts("Ethernet1", "Ethernet1", 3)
    shut.hardware, shut.mac, shut.mtu = Hardware.ETHERNET, b"\x00\x11\x22\x33\x44\x56", 1500
    tunnel = InterfaceFacts("ezvpn0", "ezvpn0", 4)
    tunnel.admin_up = tunnel.line_up = True
    tunnel.hardware, tunnel.mtu = Hardware.NONE, 1438
    tunnel.addresses = [(b"\xc0\xa8\xa8\x69", 32)]
    return [outside, shut, tunnel]


def servers(now):
    """One that is followed, one that is not believed, one whose name is not known."""
    first, second, third = (
        Association("10.0.0.1", True),
        Association("ntp.example", False),
        Association("x.example", False),
    )
    first.address, first.stratum, first.reference, first.when = b"\x0a\0\0\x01", 1, b"GPS\0", now - 12000
    first.reach, first.delay_ms, first.offset_ms, first.dispersion_ms, first.selected = 0xFF, 2, -3, 1, True
    second.address, second.stratum, second.reference, second.when = b"\x0a\0\0\x02", 3, b"\x0a\0\0\x01", now - 900000
    second.refused = "the server is not synchronized"
    third.refused = "the name is not known"
    return [first, second, third]


def routes():
    """A default route, two networks on FastEthernet0 and one through the tunnel."""
    gateway = b"\x0f\0\0\xfe"
    return [
        RouteFacts("S", b"\0\0\0\0", 0, gateway, "FastEthernet0", 0),
        RouteFacts("C", b"\x0f\0\0\0", 24, None, "FastEthernet0", 0),
        RouteFacts("L", b"\x0f\0\0\x01", 32, None, "FastEthernet0", 0),
        RouteFacts("S", b"\x0f\0\x07\0", 24, gateway, "FastEthernet0", 20),
        RouteFacts("O", b"\xac\x10\x01\0", 24, gateway, "FastEthernet0", 110),
        RouteFacts("V", b"\xc0\xa8\x04\0", 24, None, "ezvpn0", 0),
    ]


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
