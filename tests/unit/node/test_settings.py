"""What a profile means for its tunnel."""

import pytest
from doubles.replay import Chance

from ezvpn.config.text import parse
from ezvpn.crypto.choose import best
from ezvpn.ike.params import EspTransform
from ezvpn.node.facts import Facts
from ezvpn.node.settings import map_settings_of, settings_of

CRYPTO = best(Chance(1))
FACTS = Facts("m", "v", "i", "b", "s", "boot", (5500, 5501), True)
PROFILE = "crypto ipsec client ezvpn hq\n group g key k\n peer 10.0.0.1 default\n peer vpn.example\n"


def settings(text):
    result = parse(text)
    assert not result.errors
    return settings_of(result.config, result.config.profiles[0], CRYPTO, FACTS)


def test_a_bare_profile_has_the_defaults():
    found = settings(PROFILE)
    assert found.peers == (("10.0.0.1", True), ("vpn.example", False))
    assert [rung[0].group for rung in found.phase1] == [14, 5, 2]
    assert len(found.esp) == 6
    assert (found.local_ports, found.force_natt) == ((5500, 5501), True)
    assert found.missing() == ""


def test_lives_idle_time_and_standby_go_over():
    found = settings(
        "crypto ipsec security-association lifetime seconds 600\n" + PROFILE + " idletime 90\n standby warm\n"
    )
    assert (found.child_life_s, found.child_life_kb, found.idletime_s, found.standby_warm) == (600, 4608000, 90, True)


def test_named_sets_are_the_offer_and_absent_ones_leave_the_default():
    text = "crypto ipsec transform-set t esp-aes 256 esp-sha-hmac\n" + PROFILE
    assert settings(text + " transform-set t\n").esp == (EspTransform("aes-cbc", 256, "sha1"),)
    assert len(settings(PROFILE + " transform-set nothing\n").esp) == 6


def test_refused_sets_and_policies_leave_nothing_to_offer():
    weak_set = "crypto ipsec transform-set t esp-des esp-sha-hmac\n" + PROFILE + " transform-set t\n"
    assert "ESP proposal" in settings(weak_set).missing()
    assert settings("crypto isakmp allow-weak\n" + weak_set).missing() == ""
    assert "phase 1 proposal" in settings("crypto isakmp policy 1\n hash md5\n group 2\n" + PROFILE).missing()


def test_interfaces_give_names_and_inside_networks():
    text = (
        PROFILE
        + "interface Fa0\n ip address 10.1.2.3 255.255.255.0\n crypto ipsec client ezvpn hq inside\n"
        + "interface Fa1\n crypto ipsec client ezvpn hq outside\n"
    )
    found = settings(text)
    assert (len(found.inside), found.networks) == (1, ((bytes([10, 1, 2, 0]), b"\xff\xff\xff\0"),))
    assert found.outside


LOCKED = "a secret was encrypted with the key of another device: type it again"
SITE = """crypto isakmp policy 10
 encryption aes
 group 14
crypto isakmp key 6 ABC address 192.0.2.1
crypto isakmp key plain address 0.0.0.0 0.0.0.0
crypto ipsec transform-set t esp-aes esp-sha-hmac
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
crypto map sites 10 ipsec-isakmp
 set peer {}
 set transform-set t
 match address 101
interface eth0
 crypto map sites
"""


@pytest.mark.parametrize("line", [" group unity key 6 ABC\n", " group unity key k\n username u password 6 ABC\n"])
def test_a_profile_with_a_secret_that_cannot_be_opened_stays_down(line):
    config = parse("crypto ipsec client ezvpn a\n peer 192.0.2.1\n" + line).config
    assert settings_of(config, config.profiles[0], best(Chance(1)), FACTS).missing() == LOCKED


@pytest.mark.parametrize(("peer", "why"), [("192.0.2.1", LOCKED), ("gw.example.com", LOCKED), ("192.0.2.2", "")])
def test_a_map_entry_whose_key_cannot_be_opened_stays_down(peer, why):
    config = parse(SITE.format(peer)).config
    settings = map_settings_of(config, config.crypto_maps[0], best(Chance(1)), FACTS)
    assert settings.missing() == why
    assert [key.reveal() for _, _, _, key in settings.keys] == [b"plain"]
