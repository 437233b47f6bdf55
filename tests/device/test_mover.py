"""The C mover: what it does alone, what it leaves to the table, and a hostile network."""

from __future__ import annotations

import subprocess

from doubles import device_binary

PORTS = 40100
HOSTILE = 20000
# What is counted at the end of each line: sequence, packets and bytes out, last out, packets and bytes in, last in, replays, bad.
SAID = """\
first 1 [60] [('first-outbound', 2147487745)] (1, 1, 60, 1000, 0, 0, None, 0, 0)
batch 6 [100, 100, 100, 60, 100, 20] [] (7, 7, 540, 2000, 0, 0, None, 0, 0)
refused 5 [60] [('no-sa', 2), ('not-ipv4', 2)] (8, 8, 600, 3000, 0, 0, None, 0, 0)
budget 2 2 1 [60, 60, 60, 60, 60] (13, 13, 900, 3000, 0, 0, None, 0, 0)
in 0 1 [('first-inbound', 2147487745)] (13, 13, 900, 3000, 1, 60, 4000, 0, 0)
window 0 4 [('no-sa', 2), ('not-ipv4', 2)] (13, 13, 900, 3000, 5, 300, 5000, 2, 2)
ike 34 b'\\x00\\x00\\x00\\x00ikeikeikeikeikeikeikeikeikeike' True (13, 13, 900, 3000, 6, 360, 6000, 2, 2)
after 0 False 2 (13, 13, 900, 3000, 7, 420, 6000, 2, 2)
idle 0 True (13, 13, 900, 3000, 7, 420, 6000, 2, 2)
cut 512 (13, 13, 900, 3000, 7, 420, 6000, 2, 2)
stray 0 [('unknown-spi', 305419896)] (13, 13, 900, 3000, 7, 420, 6000, 2, 2)
inner 0 0 [('no-sa', 2), ('not-ipv4', 2), ('unknown-spi', 1), ('inner', 1), ('selector', 1)] \
(13, 13, 900, 3000, 7, 420, 8000, 2, 2)
volume 12 [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000] [('volume', 2147487745)] \
[('no-sa', 2), ('not-ipv4', 2), ('expired', 4), ('unknown-spi', 1), ('inner', 1), ('selector', 1)] \
(21, 21, 8900, 9000, 7, 420, 8000, 2, 2)
renewed True 1 [60] (1, 1, 60, 9600, 1, 60, 9500, 0, 0)
nobody [('no-sa', 2), ('not-ipv4', 2), ('expired', 4), ('unknown-spi', 1), ('inner', 1), ('selector', 1)] 0
no way ('send', 1) 1
gone -1 [('first-inbound', 4098), ('first-outbound', 4098), ('device-lost', 0)]
"""


def run(name: str, *words: object, target: str = "x86_64") -> str:
    done = subprocess.run(
        [*device_binary.module(name, target), *map(str, words)],
        env=device_binary.environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def test_what_it_does_alone_and_what_it_leaves_to_the_table() -> None:
    assert run("device.moving", PORTS) == SAID


def test_a_hostile_network_gets_nothing_in() -> None:
    assert run("device.hostile", PORTS + 10, HOSTILE, 7).startswith(f"datagrams {HOSTILE} passed ")


def test_a_hostile_network_under_the_sanitizers() -> None:
    """Address and undefined behaviour, of the C module and of mbedTLS; `make fuzz` has 1,000,000 datagrams."""
    assert run("device.moving", PORTS + 20, target="sanitized") == SAID
    assert run("device.hostile", PORTS + 30, HOSTILE, 7, target="sanitized").startswith(f"datagrams {HOSTILE} passed ")
