"""What a change does to a running tunnel, field by field, and how it is printed."""

import pytest

from ezvpn.config import changes
from ezvpn.config.changes import Change, Effect
from ezvpn.config.model import Config, EzvpnProfile, Interface, Keepalive, MapEntry, Mqtt, Policy, clone
from unit.config.lines import edited

BASE = (
    "crypto isakmp policy 10",
    "encryption aes",
    "crypto ipsec transform-set t esp-aes esp-sha-hmac",
    "crypto ipsec client ezvpn hq",
    "group g key k",
    "peer 10.0.0.1",
    "username u password p",
    "transform-set t",
    "interface eth0",
    "crypto ipsec client ezvpn hq outside",
    "mqtt",
    "broker mqtt://b",
    "crypto isakmp keepalive 10",
)


def effects(*more: str) -> "list[tuple[str, str, str]]":
    found = changes.diff(edited(*BASE), edited(*BASE, *more))
    return [(change.path, change.effect, change.profile) for change in found]


def test_the_same_text_changes_nothing() -> None:
    assert effects() == []
    assert changes.text_diff(edited(*BASE), edited(*BASE)) == []


HQ = "crypto ipsec client ezvpn hq"


@pytest.mark.parametrize(
    ("lines", "change"),
    [
        (["hostname x"], ("hostname", Effect.NOTHING, "")),
        (["mqtt", "broker mqtt://c"], ("mqtt", Effect.NOTHING, "")),
        (["logging console 6"], ("logging_level", Effect.NOTHING, "")),
        (["enable secret s"], ("enable_secret", Effect.NOTHING, "")),
        (["enable password s"], ("enable_password", Effect.NOTHING, "")),
        (["version 12.4"], ("kept", Effect.NOTHING, "")),
        (["crypto isakmp key k address 10.0.0.1"], ("preshared_keys", Effect.NEXT_ATTEMPT, "")),
        (["crypto isakmp keepalive 10 periodic"], ("keepalive", Effect.REARM, "")),
        (["crypto ipsec security-association replay window-size 512"], ("anti_replay_window", Effect.REKEY, "")),
        (["crypto ipsec security-association lifetime seconds 600"], ("sa_life_s", Effect.REKEY, "")),
        (["crypto ipsec security-association lifetime kilobytes disable"], ("sa_life_kb", Effect.REKEY, "")),
        (["crypto isakmp allow-weak"], ("allow_weak", Effect.RECONNECT, "")),
        (["crypto isakmp policy 10", "lifetime 600"], ("policies", Effect.REKEY, "")),
        (["crypto isakmp policy 10", "group 14", "lifetime 600"], ("policies", Effect.RECONNECT, "")),
        (["crypto isakmp policy 20"], ("policies", Effect.RECONNECT, "")),
        (["crypto ipsec transform-set t esp-gcm"], ("transform_sets", Effect.RECONNECT, "hq")),
        (["crypto ipsec transform-set unused esp-gcm"], ("transform_sets", Effect.NOTHING, "")),
        ([HQ, "connect manual"], ("connect", Effect.NEXT_ATTEMPT, "hq")),
        ([HQ, "group g key K"], ("key", Effect.RECONNECT, "hq")),
        ([HQ, "group h key k"], ("group", Effect.RECONNECT, "hq")),
        ([HQ, "mode network-plus"], ("mode", Effect.RECONNECT, "hq")),
        ([HQ, "peer 10.0.0.2"], ("peers", Effect.NEXT_ATTEMPT, "hq")),
        ([HQ, "username v password p"], ("username", Effect.NEXT_ATTEMPT, "hq")),
        ([HQ, "username u password q"], ("password", Effect.NEXT_ATTEMPT, "hq")),
        ([HQ, "xauth userid mode local"], ("xauth_mode", Effect.NEXT_ATTEMPT, "hq")),
        ([HQ, "xauth retry-minutes 1"], ("xauth_retry_minutes", Effect.NEXT_ATTEMPT, "hq")),
        ([HQ, "idletime 600"], ("idletime_s", Effect.REARM, "hq")),
        ([HQ, "standby warm"], ("standby_warm", Effect.NOTHING, "hq")),
        ([HQ, "pfs group 14"], ("pfs_group", Effect.REKEY, "hq")),
        (["no " + HQ], ("profile", Effect.DELETE, "hq")),
        (["crypto ipsec client ezvpn two"], ("profile", Effect.CREATE, "two")),
        (["interface eth0", "crypto ipsec client ezvpn hq inside"], ("interfaces", Effect.RECONNECT, "hq")),
        (["interface eth0", "description x"], ("interfaces", Effect.NOTHING, "")),
    ],
)
def test_each_line_has_its_effect(lines: "list[str]", change: "tuple[str, str, str]") -> None:
    assert effects(*lines) == [change]


MAP = (
    "crypto ipsec transform-set t esp-aes esp-sha-hmac",
    "access-list 101 permit ip 10.0.0.0 0.0.0.255 10.1.0.0 0.0.0.255",
    "crypto map m 10 ipsec-isakmp",
    "set peer 10.0.0.1",
    "set transform-set t",
    "match address 101",
    "interface eth0",
    "crypto map m",
)
ENTRY = "crypto map m 10 ipsec-isakmp"


@pytest.mark.parametrize(
    ("lines", "change"),
    [
        ([ENTRY, "description x"], ("description", Effect.NOTHING, "m-10")),
        ([ENTRY, "set peer 10.0.0.2"], ("peers", Effect.NEXT_ATTEMPT, "m-10")),
        ([ENTRY, "set pfs group14"], ("pfs_group", Effect.REKEY, "m-10")),
        ([ENTRY, "set security-association lifetime seconds 600"], ("life_s", Effect.REKEY, "m-10")),
        ([ENTRY, "set security-association lifetime kilobytes disable"], ("life_kb", Effect.REKEY, "m-10")),
        ([ENTRY, "match address other"], ("access_list", Effect.RECONNECT, "m-10")),
        ([ENTRY, "reverse-route"], ("kept", Effect.NOTHING, "m-10")),
        (["access-list 101 permit ip any host 10.2.0.1"], ("access_lists", Effect.RECONNECT, "m-10")),
        (["access-list 101 remark nothing new"], ("access_lists", Effect.NOTHING, "")),
        (["access-list 102 permit ip any any"], ("access_lists", Effect.NOTHING, "")),
        (["crypto ipsec transform-set t esp-gcm"], ("transform_sets", Effect.RECONNECT, "m-10")),
        (["interface eth0", "no crypto map"], ("interfaces", Effect.RECONNECT, "m-10")),
        (["crypto map m 20 ipsec-isakmp"], ("crypto_maps", Effect.CREATE, "m-20")),
        (["no crypto map m 10"], ("crypto_maps", Effect.DELETE, "m-10")),
    ],
)
def test_each_line_of_a_crypto_map_has_its_effect(lines: "list[str]", change: "tuple[str, str, str]") -> None:
    found = changes.diff(edited(*MAP), edited(*MAP, *lines))
    assert [(one.path, one.effect, one.profile) for one in found] == [change]
    assert str(found[0]).startswith("crypto map m-" if change[2] else "access lists: ")


def test_a_profile_that_names_other_sets_reconnects() -> None:
    assert ("transform_sets", Effect.RECONNECT, "hq") in effects(HQ, "no transform-set")


def test_every_field_of_the_model_has_an_effect() -> None:
    tables = {name for name, _ in changes._GLOBAL}
    lists = {"policies", "profiles", "crypto_maps", "interfaces", "transform_sets", "access_lists"}
    assert tables | lists == set(Config._fields)
    assert {name for name, _ in changes._MAP} | {"name", "sequence"} == set(MapEntry._fields)
    assert {name for name, _ in changes._PROFILE} | {"name"} == set(EzvpnProfile._fields)
    assert {name for name, _ in changes._POLICY} == set(Policy._fields)


def test_a_change_in_words() -> None:
    assert str(Change("pfs_group", Effect.REKEY, "hq")) == "ezvpn hq: pfs group: counts from the next rekey"
    assert str(Change("hostname", Effect.NOTHING)) == "hostname: no tunnel is touched"


def test_difference_as_text() -> None:
    old = edited(*BASE)
    new = edited(*BASE, HQ, "peer 10.0.0.2", "group g key K", "no mqtt", "hostname x")
    assert changes.text_diff(old, new) == [
        "-hostname Router",
        " crypto ipsec client ezvpn hq",
        "- group g key <removed>",
        "+ group g key <removed>",
        "+ peer 10.0.0.2",
        "-mqtt",
        "- broker mqtt://b",
        "+hostname x",
    ]


def test_another_order_is_a_difference() -> None:
    old = edited(HQ, "peer 10.0.0.1", "peer 10.0.0.2")
    new = clone(old)
    new.profiles[0].peers.reverse()
    assert "+ peer 10.0.0.2" in changes.text_diff(old, new)


def test_diff_takes_hand_made_configurations_too() -> None:
    config = Config()
    config.keepalive = Keepalive(10)
    config.mqtt = Mqtt()
    config.interfaces.append(Interface("eth0"))
    assert [change.path for change in changes.diff(Config(), config)] == ["mqtt", "keepalive", "interfaces"]
