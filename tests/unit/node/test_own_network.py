"""What a router's own interfaces and routes shall be, out of its configuration."""

from ezvpn.config.text import parse
from ezvpn.node.own_network import set_network
from ezvpn.tunnel.outside import Links
from ezvpn.wire.inet import ipv4_bytes

TEXT = """interface FastEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface FastEthernet0/1
 ip address 10.1.0.1 255.255.0.0
 shutdown
interface Loopback0
 ip address 10.9.9.9 255.255.255.255
ip route 0.0.0.0 0.0.0.0 192.0.2.1 5
"""


def test_devices_addresses_and_routes() -> None:
    links = Links((("FastEthernet0/0", "eth0"), ("FastEthernet0/1", "eth1"), ("FastEthernet0/2", "eth2")))
    assert set_network(parse(TEXT).config, links) == (
        [
            ("eth0", True, ipv4_bytes("192.0.2.2"), 24),
            ("eth1", False, ipv4_bytes("10.1.0.1"), 16),
            ("eth2", False, None, 0),
        ],
        [(bytes(4), 0, ipv4_bytes("192.0.2.1"), 5)],
    )
