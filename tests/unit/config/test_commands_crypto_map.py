"""Crypto map entries: what each line does, what is refused, how it is printed."""

import pytest

from ezvpn.config.model import MapEntry
from ezvpn.config.render import render
from unit.config.lines import edited, last, rejected

HEAD = "crypto map green 10 ipsec-isakmp"


def entry(*lines: str) -> MapEntry:
    return edited(HEAD, *lines).crypto_maps[0]


def test_every_line_is_printed_as_it_was_typed_in_the_order_of_ios() -> None:
    lines = [
        "crypto map green 10 ipsec-isakmp",
        " description to the main site",
        " set peer 10.0.0.1",
        " set peer gw.example dynamic",
        " set peer 10.0.0.3 default",
        " set security-association lifetime seconds 1200",
        " set security-association lifetime kilobytes disable",
        " set transform-set strong weak",
        " set pfs group14",
        " match address 101",
        " reverse-route",
    ]
    shown = render(edited(*lines))
    at = shown.index(lines[0])
    assert shown[at : at + len(lines)] == lines


def test_entries_of_a_map_stand_together_by_number() -> None:
    config = edited(
        "crypto map b 7 ipsec-isakmp", HEAD, "crypto map b 3 ipsec-isakmp", "crypto map green 65535 ipsec-isakmp"
    )
    assert [one.tunnel for one in config.crypto_maps] == ["b-3", "b-7", "green-10", "green-65535"]


def test_an_entry_is_opened_again_with_or_without_its_last_word() -> None:
    config = edited(HEAD, "set peer 10.0.0.1", "crypto map green 10", "set peer 10.0.0.2")
    assert [peer.host for peer in config.crypto_maps[0].peers] == ["10.0.0.1", "10.0.0.2"]
    assert "add `ipsec-isakmp`" in rejected("crypto map green 10")


def test_one_entry_or_the_whole_map_goes() -> None:
    two = (HEAD, "crypto map green 20 ipsec-isakmp", "crypto map other 1 ipsec-isakmp")
    assert [one.tunnel for one in edited(*two, "no crypto map green 10").crypto_maps] == ["green-20", "other-1"]
    assert [one.tunnel for one in edited(*two, "no crypto map green").crypto_maps] == ["other-1"]
    assert [one.tunnel for one in edited(*two, "no crypto map green 20 ipsec-isakmp").crypto_maps][0] == "green-10"
    assert rejected("no crypto map green") == "there is no crypto map green"
    assert rejected(HEAD, "no crypto map green 11") == "there is no crypto map green 11"


def test_peers_keep_their_order_and_are_there_once() -> None:
    made = entry("set peer 10.0.0.2", "set peer GW.example", "set peer 10.0.0.1", "set peer gw.EXAMPLE dynamic")
    assert [(peer.host, peer.dynamic) for peer in made.peers] == [
        ("10.0.0.2", False),
        ("GW.example", True),
        ("10.0.0.1", False),
    ]
    assert [peer.host for peer in entry("set peer 10.0.0.1", "set peer 10.0.0.2", "no set peer 10.0.0.1").peers] == [
        "10.0.0.2"
    ]
    assert rejected(HEAD, "no set peer 10.0.0.1") == "there is no peer 10.0.0.1"
    assert "more than 100" in rejected(HEAD, *["set peer 10.0.0." + str(i) for i in range(1, 102)])


def test_one_peer_is_the_primary() -> None:
    made = entry("set peer 10.0.0.1 default", "set peer 10.0.0.2 default")
    assert [peer.default for peer in made.peers] == [False, True]


def test_transform_sets_add_up_one_by_one_and_several_replace() -> None:
    assert entry("set transform-set a", "set transform-set b", "set transform-set a").transform_sets == ["a", "b"]
    assert entry("set transform-set a", "set transform-set b c b").transform_sets == ["b", "c"]
    assert entry("set transform-set a b c", "no set transform-set b").transform_sets == ["a", "c"]
    assert entry("set transform-set a b c", "no set transform-set").transform_sets == []
    assert "more than 11" in rejected(HEAD, "set transform-set " + " ".join(["s" + str(i) for i in range(12)]))


@pytest.mark.parametrize(
    ("line", "field", "value", "without"),
    [
        ("set pfs", "pfs_group", 1, "no set pfs"),
        ("set pfs group16", "pfs_group", 16, "no set pfs group16"),
        (
            "set security-association lifetime seconds 600",
            "life_s",
            600,
            "no set security-association lifetime seconds",
        ),
        ("set security-association lifetime kilobytes 2560", "life_kb", 2560, "no set security-association lifetime"),
        (
            "set security-association lifetime kilobytes disable",
            "life_kb",
            0,
            "default set security-association lifetime",
        ),
        ("match address 199", "access_list", "199", "no match address"),
        ("match address branch-net", "access_list", "branch-net", "no match address branch-net"),
        ("description a  b", "description", "a  b", "no description"),
    ],
)
def test_values_and_their_defaults(line: str, field: str, value: object, without: str) -> None:
    assert getattr(entry(line), field) == value
    assert getattr(entry(line, without), field) == getattr(MapEntry("x", 1), field)


def test_what_cannot_be() -> None:
    assert "at most 32" in rejected("crypto map " + "x" * 33 + " 1 ipsec-isakmp")
    assert "more than 64" in rejected(*["crypto map m " + str(i) + " ipsec-isakmp" for i in range(1, 66)])
    assert "80 characters" in rejected(HEAD, "description " + "x" * 81)
    assert last(HEAD, "set security-association lifetime seconds 119").expected == ["<120-86400>"]
    assert last("crypto map m 0 ipsec-isakmp").status == "invalid"


def test_dynamic_maps_are_kept_and_said_to_have_no_effect() -> None:
    match = last("crypto map m 65000 ipsec-isakmp dynamic roads")
    assert (match.status, match.warnings) == ("ok", ["kept, but has no effect here: crypto map is not supported"])
