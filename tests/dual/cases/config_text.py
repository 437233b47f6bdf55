"""Configuration text: both interpreters read, print, compare and explain the same.

SOURCE: tests/vectors/seed/*.txt
"""

from ezvpn.config import changes, check
from ezvpn.config.model import clone, same
from ezvpn.config.text import parse, render, to_text

PRINTED = ("crypto_map_peers", "easy_vpn_remote", "easy_vpn_remote_peers", "site_to_site", "site_to_site_policy")
FAULTY = """crypto isakmp keepalive
router ospf 1
 network 10.0.0.0
interface eth0
 ip address 10.0.0.0 255.255.255.0
 sped auto
crypto ipsec client ezvpn x
 group g hush
 group g key 6 hush
 peer 10.2.3.256
crypto ipsec transform-set t esp-gcm esp-sha-hmac
"""
FULL = """version 12.4
hostname edge
enable secret 0 0 s
no ip http server
crypto isakmp allow-weak
crypto isakmp policy 20
 encryption aes 256
 hash sha256
 group 14
crypto isakmp policy 10
 hash md5
crypto isakmp keepalive 30 20 periodic
crypto ipsec transform-set t esp-gcm 256
crypto ipsec client ezvpn hq
 group unity key gr\u00f6\u00dfe  two
 mode network-plus
 peer a.example
 peer 10.1.1.1 default
 username joe password p w
 xauth userid mode local
 xauth retry-minutes never
 pfs group 14
 transform-set t missing
interface fa0
 ip address dhcp
 speed auto
 crypto ipsec client ezvpn hq
interface vlan 1
 ip address 192.168.1.1 255.255.255.0
 crypto ipsec client ezvpn hq inside
mqtt
 broker mqtts://b.example:443
 username u password p
line vty 0 4
 password x
end
"""


def show(result):
    for problem in result.errors + result.warnings:
        print("\n".join(problem.show("text")))
    print("\n".join(render(result.config, masked=True)))
    text = to_text(result.config)
    again = parse(text)
    print(again.errors, same(again.config, result.config), to_text(again.config) == text)
    print(same(clone(result.config), result.config), repr(result.config))
    for lines in (check.explain(result.config), check.missing(result.config), check.weaknesses(result.config)):
        print("\n".join(lines))


results = []
for name in PRINTED:
    with open(__file__.rsplit("/", 3)[0] + "/vectors/seed/" + name + ".txt") as file:
        results.append(parse(file.read()))
results.append(parse(FAULTY))
results.append(parse(FULL))
for result in results:
    show(result)
for old in results:
    for new in results:
        print("\n".join([str(change) for change in changes.diff(old.config, new.config)]))
        print("\n".join(changes.text_diff(old.config, new.config)))
