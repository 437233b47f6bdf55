"""CPU seconds per GB of our own userspace ESP with TCP through it, and µs a packet: iperf3 across two namespaces.

    iperf3 -c | TUN - agent's movers (measured) | 192.0.2.1 --- 192.0.2.2 | the same movers - TUN | iperf3 -s

No IKE: both ends get the same keys. Run as root: `python bench/esp_tcp.py [seconds] [cipher key_bits auth]`. The namespaces are
made here and taken down at the end. vpnc against strongSwan on the same machine is the figure to stay below.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.dataplane.tun import TunPlane
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import EspTransform, ModeConfig, Selector, Split
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.netlink import NetlinkKernel
from ezvpn.runtime.cpython.tundev import Mover
from ezvpn.runtime.cpython.udp import IkeSockets
from ezvpn.wire.inet import ipv4_bytes, mask_bytes

AUTH_BYTES = {"": 0, "md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
ENDS = {
    # end: (inner address, far inner network, peer, inbound SPI, outbound SPI)
    "client": ("10.99.0.5", "10.1.0.1", "192.0.2.2", 0x1001, 0x2001),
    "gateway": ("10.1.0.1", "10.99.0.5", "192.0.2.1", 0x2001, 0x1001),
}


def end(name: str, cipher: str, key_bits: str, auth: str) -> None:
    """One end, until SIGTERM; then its figures as JSON."""
    inner, far, peer, spi_in, spi_out = ENDS[name]
    loop = Loop()
    sockets = IkeSockets()
    kernel = NetlinkKernel(tempfile.mkdtemp())
    plane = TunPlane(kernel, Backend())
    config = ModeConfig()
    config.address = ipv4_bytes(inner)
    config.split_include = (Split(ipv4_bytes(far), mask_bytes(32), 0, 0, 0),)
    plane.attach("bench", config, ipv4_bytes(peer), 0)
    key = int(key_bits) // 8 + (4 if cipher == "aes-gcm" else 0)
    keys = [bytearray(b"k") * key, bytearray(b"a") * AUTH_BYTES[auth]]
    local, remote = (Selector(ipv4_bytes(address), mask_bytes(32)) for address in (inner, far))
    plane.install(
        "bench",
        ChildUp(
            1, 1, 0, spi_in, spi_out, EspTransform(cipher, int(key_bits), auth),
            keys[0], keys[1], bytearray(keys[0]), bytearray(keys[1]),
            local, remote, True, ipv4_bytes(peer), 4500, 0, 0, 0,
        ),
        0,
    )  # fmt: skip
    mover = Mover(kernel.tun, plane.sa, sockets.sockets[1])
    ike = memoryview(bytearray(4096))
    turns = [0, 0]

    def outward() -> None:
        turns[0] += 1
        mover.outward(loop.now())

    def inward() -> None:
        turns[1] += 1
        mover.inward(ike, loop.now())

    loop.watch(kernel.tun.fd, outward)
    loop.watch(sockets.sockets[1], inward)
    loop.on_signal(signal.SIGTERM, loop.stop)
    print("ready", flush=True)
    start = resource.getrusage(resource.RUSAGE_SELF)
    loop.run()
    used = resource.getrusage(resource.RUSAGE_SELF)
    pair = plane.sa.pairs()[0]
    figures = {
        "user": used.ru_utime - start.ru_utime,
        "system": used.ru_stime - start.ru_stime,
        "packets_out": pair.packets_out,
        "packets_in": pair.packets_in,
        "bytes_out": pair.bytes_out,
        "bytes_in": pair.bytes_in,
        "turns": turns,
        "drops": {cause: count for cause, count in plane.drops().items() if count},
        "mtu": plane.status(spi_in).mtu,
    }
    plane.stop(0)
    print(json.dumps(figures), flush=True)


def sh(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def measure(seconds: str, transform: "list[str]") -> None:
    tag = f"ezb-{os.getpid()}"
    spaces = {name: f"{tag}-{name[0]}" for name in ENDS}
    here = str(Path(__file__).resolve())
    try:
        for space in spaces.values():
            sh("ip", "netns", "add", space)
        client, gateway = spaces.values()
        sh("ip", "link", "add", "w0", "netns", client, "type", "veth", "peer", "name", "w0", "netns", gateway)
        for space, address in ((client, "192.0.2.1/24"), (gateway, "192.0.2.2/24")):
            sh("ip", "-n", space, "addr", "add", address, "dev", "w0")
            sh("ip", "-n", space, "link", "set", "w0", "up")
            sh("ip", "-n", space, "link", "set", "lo", "up")
        for way, flag in (("up", ()), ("down", ("-R",))):
            ends = {}
            server = None
            try:
                for name, space in spaces.items():
                    command = ["ip", "netns", "exec", space, sys.executable, here, "--end", name, *transform]
                    ends[name] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                for process in ends.values():
                    assert process.stdout.readline() == "ready\n"
                command = ["ip", "netns", "exec", gateway, "iperf3", "-s", "-1", "--forceflush", "-B", "10.1.0.1"]
                server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                while "listening" not in server.stdout.readline():
                    pass
                command = ["ip", "netns", "exec", client, "iperf3", "-J", "-c", "10.1.0.1", "-t", seconds, *flag]
                report = json.loads(sh(*command))
            finally:
                if server is not None:
                    server.terminate()
                    server.wait()
                for process in ends.values():
                    process.terminate()
            results = {name: json.loads(process.stdout.read()) for name, process in ends.items()}
            for process in ends.values():
                process.wait()
            say(way, report["end"]["sum_received"], results)
    finally:
        for space in spaces.values():
            subprocess.run(["ip", "netns", "del", space], check=False)


def say(way: str, received: "dict[str, float]", results: "dict[str, dict]") -> None:
    volume = received["bytes"] / 1e9  # what iperf3 delivered, as for vpnc: no headers, no acknowledgements
    mbits = received["bits_per_second"] / 1e6
    for name, figures in results.items():
        cpu = figures["user"] + figures["system"]
        packets = figures["packets_in"] + figures["packets_out"]
        print(
            f"{way:4} {mbits:6.0f} Mbit/s  {name:7} {cpu / volume:5.1f} s/GB (user {figures['user']:.2f} system "
            f"{figures['system']:.2f})  {1e6 * cpu / packets:5.1f} µs a packet  out {figures['packets_out']} in "
            f"{figures['packets_in']} turns {figures['turns']} MTU {figures['mtu']} drops {figures['drops']}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--end"]:
        end(*sys.argv[2:])
    else:
        measure(sys.argv[1] if len(sys.argv) > 1 else "5", sys.argv[2:] or ["aes-cbc", "128", "sha1"])
