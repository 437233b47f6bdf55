"""One shard: one device with its gateways for a part of a year, everything about it drawn from its seed."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field
from random import Random

from doubles.toy_crypto import ToyCrypto

from ezvpn.crypto.choose import best
from soak.device import Device
from soak.gateway import Gateway
from soak.judge import DOUBLE_MS, Bounds, Figures, Judge
from soak.traffic import PATTERNS, Traffic
from soak.weather import Weather
from soak.world import Network, Violation, World

DAY = 86_400_000
YEAR_DAYS = 365
PAIR_LIVES_S = (3600, 14400)

# What the tunnel may take beside what it waits for on purpose, ms.
NO_ANSWER = 15_000  # an attempt at a gateway that says nothing
LONGEST_WAIT = 90_000  # 60 s of back-off and its jitter
HANDSHAKE = 20_000
UNLUCKY = 60_000  # under loss: an attempt that dies half-way, by its longest step
MOMENT = 1_000


@dataclass
class Profile:
    """keepalives: one of them is drawn for each shard · shard: its years · mishap_days: mean time between two mishaps."""

    name: str
    years: float
    shard: float
    keepalives: tuple[str, ...]
    mishap_days: float


PROFILES = (
    Profile("10 s", 3, 0.25, ("10 2 periodic",), 0.5),
    Profile("60 s", 12, 0.5, ("60 5 periodic", "60 2 periodic"), 1),
    Profile("slow", 85, 1, ("600 10 periodic", "900 60 periodic", "3600 2 periodic", "600 20", "1800 2", "10 2"), 2),
)


@dataclass
class Result:
    """violation: what went wrong and when, "" = nothing; log: the device's last lines then."""

    profile: str
    number: int
    real: bool = False
    keepalive: str = ""
    days: float = 0.0
    steps: int = 0
    sent: int = 0
    seconds: float = 0.0
    figures: Figures = field(default_factory=Figures)
    happened: dict[str, int] = field(default_factory=dict)
    violation: str = ""
    log: list[str] = field(default_factory=list)


def run(profile: Profile, number: int, seed: str, days: float, real_crypto: bool = False) -> Result:
    """Let a shard live. `seed` and `number` decide everything."""
    chance = Random(f"{seed}/{profile.name}/{number}")
    result = Result(profile.name, number, real_crypto, chance.choice(profile.keepalives))
    world, judge, weather = build(chance, result.keepalive, real_crypto, profile.mishap_days)
    began, end = time.process_time(), world.now + int(days * DAY)
    try:
        world.device.node.link("eth0", True, world.device.local, world.now)
        world.device.configure(world.now)
        world.drain()
        hour = 0
        while world.now < end:
            world.run(min(world.now + 3_600_000, end))
            judge.audit(world.now)
            hour += 1
            if hour % 720 == 0:
                judge.count_objects(world.now)
    except Violation as fault:
        result.violation = str(fault)
    except Exception as fault:
        result.violation = f"{type(fault).__name__}: {fault}"
        world.device.tail.extend(traceback.format_exc().splitlines()[-12:])
    result.days = (world.now - end) / DAY + days
    result.seconds = time.process_time() - began
    result.steps, result.sent = world.steps, world.network.sent
    judge.count()
    result.figures = judge.figures
    result.happened = weather.happened
    if result.violation:
        result.violation += f" (day {result.days:.3f}, {weather.last})"
        result.log = list(world.device.tail)
    return result


def build(chance: Random, keepalive: str, real_crypto: bool, mishap_days: float) -> tuple[World, Judge, Weather]:
    """A device and one to three gateways."""
    crypto = best(chance.randbytes) if real_crypto else ToyCrypto()
    count = chance.choice((1, 2, 3, 3))
    addresses = [bytes([198, 51, 100, 11 + n]) for n in range(count)]
    split = tuple(f"203.0.{n}.0/24" for n in range(113, 113 + chance.choice((1, 1, 1, 1, 1, 3))))
    names = {f"gw{n}.example.net": [address] for n, address in enumerate(addresses)}
    by_name = chance.random() < 0.3
    hosts = list(names) if by_name else [".".join(str(byte) for byte in address) for address in addresses]
    local = bytes([192, 168, 1, 2])
    # Behind a NAT there is a keepalive each 20 s: where the probes are rarer, that would be most of the work.
    nat = chance.random() < (0.3 if keepalive == "10 2 periodic" else 0.04)
    pair_life_s = chance.choice(PAIR_LIVES_S)
    device = Device(configuration(chance, keepalive, pair_life_s, hosts), names, addresses, local, crypto, chance)
    gateways = [Gateway(address, crypto, chance, split) for address in addresses]
    network = Network(chance, chance.choice((1, 20, 150)))
    network.nat = (bytes([198, 51, 100, 2]), (40001, 40002)) if nat else (local, (500, 4500))
    base = chance.choice(((0.0, 0), (0.0, 0), (0.002, 5), (0.02, 40)))
    world = World(device, gateways, network)
    # A try at each of the others, and at each one attempt that dies in the middle of its handshake.
    reconnect = LONGEST_WAIT + NO_ANSWER * (count - 1) + HANDSHAKE + UNLUCKY * count
    pattern = chance.choices(tuple(PATTERNS), (1, 3, 2, 2, 2))[0]
    traffic = Traffic(world, chance, pattern, pattern == "always" or chance.random() < 0.8)
    device.traffic = device.plane.traffic = traffic
    pair = (pair_life_s + 60) * 1000
    judge = Judge(world, Bounds(detect(keepalive), pair, reconnect, DOUBLE_MS, "periodic" not in keepalive), traffic)
    world.judge = judge
    return world, judge, Weather(world, judge, chance, int(mishap_days * DAY), base)


def detect(keepalive: str) -> int:
    """`seconds + 5 x retry`, and a moment for what is on its way."""
    words = keepalive.split()
    return (int(words[0]) + 5 * int(words[1])) * 1000 + MOMENT


def configuration(chance: Random, keepalive: str, pair_life_s: int, hosts: list[str]) -> str:
    lines = ["hostname Soak", f"crypto isakmp keepalive {keepalive}"]
    lines += [f"crypto ipsec security-association lifetime seconds {pair_life_s}"]
    if chance.random() < 0.5:
        life = chance.choice((3600, 28800, 86400))
        lines += ["crypto isakmp policy 10", " encryption aes 256", " hash sha256", " authentication pre-share"]
        lines += [" group 14", f" lifetime {life}"]
    sets = chance.random() < 0.7
    if sets:
        lines += ["crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac"]
    lines += ["crypto ipsec client ezvpn office", " connect auto", " group unity key group-secret", " mode client"]
    lines += [f" peer {host}" for host in hosts]
    default = len(lines) - len(hosts)
    if sets:
        lines += [" transform-set strong"]
    if len(hosts) > 1 and chance.random() < 0.3:
        lines[default] += " default"
    if len(hosts) > 1 and chance.random() < 0.3:
        lines += [" standby warm"]
    lines += [" username alice password alice-pass"]
    if chance.random() < 0.5:
        lines += ["interface eth0", " crypto ipsec client ezvpn office outside"]
    return "\n".join(lines) + "\n"
