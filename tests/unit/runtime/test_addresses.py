"""Numbers, hosts(5) and resolv.conf(5)."""

import pytest

from ezvpn.runtime.addresses import from_hosts, name_servers, numeric, search_domain

HOSTS = """127.0.0.1 localhost
# 192.0.2.9 gw.example.com
192.0.2.1\tgw.example.com gw # first
::1 gw.example.com
192.0.2.2   GW.example.com
"""


def test_dotted_quads():
    assert numeric("192.0.2.1") == b"\xc0\x00\x02\x01"
    assert numeric("255.255.255.255") == b"\xff\xff\xff\xff"


@pytest.mark.parametrize(
    "host", ["", "192.0.2", "192.0.2.256", "192.0.2.1.1", "gw.example.com", "1.2.3.x", "1.2.3.0004", "1..2.3"]
)
def test_what_is_no_number(host):
    assert numeric(host) is None


def test_hosts():
    assert from_hosts(HOSTS, "gw.example.com") == [b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x02"]
    assert from_hosts(HOSTS, "GW") == [b"\xc0\x00\x02\x01"]
    assert from_hosts(HOSTS, "first") == []


def test_resolv_conf():
    text = "domain a.example\nnameserver 192.0.2.53\nnameserver fe80::1\n nameserver 192.0.2.54\nsearch b.example c.example\n"
    assert name_servers(text) == [b"\xc0\x00\x02\x35", b"\xc0\x00\x02\x36"]
    assert search_domain(text) == "b.example"
    assert name_servers("") == [b"\x7f\x00\x00\x01"]
    assert search_domain("") == ""
    assert len(name_servers("nameserver 192.0.2.1\n" * 9)) == 3
