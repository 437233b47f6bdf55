"""What a lab is made of, as data: the gateways a test asks for and the addresses everything gets.

Belongs here: option records, the address plan, names of namespaces. Not here: starting or changing anything.
All addresses are from the documentation and benchmarking ranges (RFC 5737, RFC 2544); no namespace has a route out,
so every lab uses the same ones.

    lan 203.0.113.100 --[bridge]-- 203.0.113.N gwN 198.51.100.1N --[bridge in wan]-- 198.51.100.2 client
                                                                        |-- 198.51.100.3 nat 198.18.77.1 -- .2 clientnat
                                                                        |-- 198.51.100.4 svc (names, broker)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

WAN_PREFIX = 24
CLIENT = "198.51.100.2"
NAT_OUTSIDE = "198.51.100.3"
SERVICES = "198.51.100.4"
NAT_INSIDE = "198.18.77.1"
CLIENT_NAT = "198.18.77.2"
LAN = "203.0.113.0/24"
LAN_HOST = "203.0.113.100"
# Stands for "anything else": reachable only through a tunnel that takes the whole default route.
ELSEWHERE = "198.19.255.80"
MAX_GATEWAYS = 9
MAX_CLIENTS = 9

KINDS = ("strongswan", "libreswan", "practice")
BROKER_PLACES = ("none", "wan", "lan", "both")
BROKER_PROGRAMS = ("mosquitto", "embedded")

# The first of these that the client offers is taken.
DEFAULT_IKE = (
    "aes256-sha256-modp2048",
    "aes128-sha1-modp2048",
    "aes256-sha1-modp1024",
    "aes128-sha1-modp1024",
    "3des-sha1-modp1024",
)
DEFAULT_ESP = ("aes256-sha256", "aes128-sha1", "3des-sha1")


@dataclass(frozen=True)
class Gateway:
    """One gateway. Proposals are in strongSwan's words (`aes128-sha1-modp1024`) whatever the kind; an ESP proposal with
    a group asks for PFS. split None = the whole default route. Times are in seconds, 0 = never. peers: addresses of
    site-to-site peers, which makes it main mode with `psk` and no Easy VPN at all; behind: the networks behind a peer, each
    of which makes a pair with each of `split`."""

    kind: str = "strongswan"
    ike: tuple[str, ...] = DEFAULT_IKE
    esp: tuple[str, ...] = DEFAULT_ESP
    split: tuple[str, ...] | None = (LAN,)
    group: str = "unity"
    psk: str = "group-secret"
    users: tuple[tuple[str, str], ...] = (("alice", "alice-pass"),)
    banner: str = "Welcome to the Easy VPN lab"
    dns: tuple[str, ...] = ("203.0.113.53",)
    wins: tuple[str, ...] = ("203.0.113.54",)
    domain: str = "lab.example"
    split_dns: tuple[str, ...] = ("corp.example",)
    save_password: bool = False
    pfs_attribute: bool = False
    backup_servers: tuple[str, ...] = ()
    dpd_delay: int = 10
    dpd_timeout: int = 30
    ike_rekey: int = 0
    esp_rekey: int = 0
    pool: str = ""
    peers: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"gateway kind {self.kind!r}: use one of {', '.join(KINDS)}")
        for name in ("group", "psk", "banner", "domain"):
            if any(c in getattr(self, name) for c in '"\n\\'):
                raise ValueError(
                    f"gateway {name}: quotes, backslashes and line ends can't be written to its configuration"
                )


@dataclass(frozen=True)
class Plan:
    """A whole lab. prefix: `ez` and four hexadecimal digits, the start of every namespace's name."""

    prefix: str
    gateways: tuple[Gateway, ...]
    nat: bool = True
    broker: str = "wan"
    broker_program: str = "mosquitto"
    clients: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.clients <= MAX_CLIENTS:
            raise ValueError(f"a lab has 1 to {MAX_CLIENTS} clients, not {self.clients}")
        if not 1 <= len(self.gateways) <= MAX_GATEWAYS:
            raise ValueError(f"a lab has 1 to {MAX_GATEWAYS} gateways, not {len(self.gateways)}")
        if self.broker not in BROKER_PLACES:
            raise ValueError(f"broker {self.broker!r}: use one of {', '.join(BROKER_PLACES)}")
        if self.broker_program not in BROKER_PROGRAMS:
            raise ValueError(f"broker program {self.broker_program!r}: use one of {', '.join(BROKER_PROGRAMS)}")

    def namespace(self, role: str) -> str:
        return f"{self.prefix}-{role}"

    def gateway_roles(self) -> list[str]:
        return [f"gw{n}" for n in range(1, len(self.gateways) + 1)]

    def client_roles(self) -> list[str]:
        """Clients that are on the WAN themselves."""
        return ["client", *(f"client{n}" for n in range(2, self.clients + 1))]

    def roles(self) -> list[str]:
        """Every namespace of the lab, in the order of building."""
        behind_nat = ["nat", "clientnat"] if self.nat else []
        return ["wan", "lan", "svc", *self.client_roles(), *behind_nat, *self.gateway_roles()]

    def hosts(self) -> dict[str, str]:
        """Names that the lab's name server knows, each with its addresses (a comma between two)."""
        names = {f"gw{n}.lab.example": gateway_wan(n) for n in range(1, len(self.gateways) + 1)}
        names["broker.lab.example"] = SERVICES
        names["host.lab.example"] = LAN_HOST
        # One name for all of them, the last first.
        names["gateways.lab.example"] = ",".join(gateway_wan(n) for n in range(len(self.gateways), 0, -1))
        return names

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def plan_from_json(value: dict[str, Any]) -> Plan:
    """The inverse of `Plan.to_json`, also after json has turned the tuples into lists."""
    gateways = tuple(Gateway(**{k: _tuples(v) for k, v in g.items()}) for g in value["gateways"])
    return Plan(value["prefix"], gateways, value["nat"], value["broker"], value["broker_program"], value["clients"])


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list | tuple) else value


def client_wan(number: int) -> str:
    return CLIENT if number == 1 else f"198.51.100.{20 + number}"


def gateway_wan(number: int) -> str:
    return f"198.51.100.{10 + number}"


def gateway_lan(number: int) -> str:
    return f"203.0.113.{number}"


def own_lan(number: int) -> str:
    """The second protected network, which only this gateway reaches."""
    return f"198.19.{number}.0/24"


def own_lan_host(number: int) -> str:
    return f"198.19.{number}.100"


def own_lan_gateway(number: int) -> str:
    return f"198.19.{number}.1"


def pool(number: int, gateway: Gateway) -> str:
    """The gateway's pool of addresses for remotes."""
    return gateway.pool or f"198.18.{10 + number}.0/24"
