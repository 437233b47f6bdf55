"""Attach and detach ask the kernel for the same things in the same order on both interpreters."""

from doubles.plane_kernel import FakeKernel

from ezvpn.crypto.choose import best
from ezvpn.dataplane.port import KernelError
from ezvpn.dataplane.tun import TunPlane
from ezvpn.ike.params import ModeConfig, Split
from ezvpn.wire.inet import ipv4_bytes, mask_bytes

START = 2**30 - 5000
PEER = ipv4_bytes("198.51.100.1")


def config_with(address, split=(), exclude=()):
    config = ModeConfig()
    config.address = ipv4_bytes(address)
    config.dns = (ipv4_bytes("10.1.0.1"),)
    config.domain = "corp.example"
    config.split_include = tuple([Split(ipv4_bytes(net), mask_bytes(bits), 0, 0, 0) for net, bits in split])
    config.split_exclude = tuple([Split(ipv4_bytes(net), mask_bytes(bits), 0, 0, 0) for net, bits in exclude])
    return config


def tell(word, kernel):
    print(word)
    for words in kernel.trail:
        print("   ", words)
    kernel.trail = []
    for words in kernel.routing():
        print("       ", words)
    for path in sorted(kernel.files):
        print("       ", path, repr(kernel.files[path]))


kernel = FakeKernel()
plane = TunPlane(kernel, best(), 64, "ezvpn%d", "/etc/resolv.conf")
plane.start(START)
split = (("10.1.0.0", 16), ("10.2.3.4", 16), ("10.1.0.0", 16))
plane.attach("a", config_with("10.99.0.5", split), PEER, START)
tell("split", kernel)
plane.attach("b", config_with("10.98.0.5", (), (("172.16.0.0", 12),)), ipv4_bytes("203.0.113.7"), START)
tell("default", kernel)
print(plane.route_to(ipv4_bytes("192.0.2.200")), plane.route_to(ipv4_bytes("8.8.8.8")))
plane.moved(PEER, ipv4_bytes("203.0.113.99"), 4500)
tell("moved", kernel)
plane.detach("a", START)
tell("one down", kernel)
plane.stop(START)
tell("stopped", kernel)
kernel.refuse["route 10.2"] = 1
try:
    plane.attach("a", config_with("10.99.0.5", split), PEER, START)
except KernelError as error:
    print(error.errno, error.what)
tell("refused", kernel)
