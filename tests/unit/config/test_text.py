"""Whole texts: the printed configurations, blocks with and without indentation, errors with line and caret, round trips."""

import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ezvpn.config.model import Config, Keepalive, same
from ezvpn.config.text import NotText, Result, decode, parse, render, to_text

SEED = pathlib.Path(__file__).parents[2] / "vectors" / "seed"
PRINTED = sorted(path.name for path in SEED.glob("*.txt"))


def good(text: str) -> Config:
    result = parse(text)
    assert result.errors == []
    return result.config


def errors(text: str) -> "list[tuple[int, int, str]]":
    return [(problem.line, problem.column, problem.message) for problem in parse(text).errors]


def round_trip(config: Config) -> None:
    text = to_text(config)
    again = parse(text)
    assert again.errors == []
    assert same(again.config, config)
    assert to_text(again.config) == text


def test_there_are_five_printed_configurations() -> None:
    assert len(PRINTED) == 5


@pytest.mark.parametrize("name", PRINTED)
def test_printed_configurations_load_unchanged(name: str) -> None:
    config = good((SEED / name).read_text())
    round_trip(config)


@pytest.mark.parametrize("name", PRINTED)
def test_every_line_of_a_printed_configuration_is_rendered_again(name: str) -> None:
    text = (SEED / name).read_text()
    rendered = [line.strip() for line in render(parse(text).config)]
    for line in text.split("\n"):
        if line.strip() and line.strip()[0] != "!":
            assert line.strip() in rendered


def test_easy_vpn_remote() -> None:
    config = good((SEED / "easy_vpn_remote.txt").read_text())
    assert config.keepalive == Keepalive(30, 20, True)
    profile = config.profiles[0]
    assert (profile.name, profile.connect, profile.group, profile.mode) == ("ezvpn-config", "auto", "unity", "client")
    assert profile.key is not None and profile.key.reveal() == b"preshared"
    assert [peer.host for peer in profile.peers] == ["10.2.80.209"]
    inside, outside = config.interfaces
    assert (inside.name, inside.ezvpn, [line.text for line in inside.kept]) == (
        *("Ethernet0", [("ezvpn-config", "inside")], ["half-duplex"]),
    )
    assert (outside.name, outside.ezvpn) == ("FastEthernet0", [("ezvpn-config", "outside")])


def test_peers_without_indentation() -> None:
    config = good((SEED / "easy_vpn_remote_peers.txt").read_text())
    assert [peer.host for peer in config.profiles[0].peers] == ["10.10.10.10", "10.2.2.2", "10.3.3.3"]


def test_site_to_site() -> None:
    result = parse((SEED / "site_to_site.txt").read_text())
    assert [(problem.line, problem.message) for problem in result.warnings] == [
        (5, "there is no access list 101: that entry is inactive"),
    ]
    (entry,) = result.config.crypto_maps
    assert (entry.tunnel, entry.transform_sets, entry.access_list) == ("test-1", ["esp-3des-sha"], "101")
    assert [peer.host for peer in entry.peers] == ["10.2.80.209"]
    assert result.config.interfaces[0].crypto_map == "test"


def test_three_peers_in_a_crypto_map() -> None:
    result = parse((SEED / "crypto_map_peers.txt").read_text())
    assert [problem.message for problem in result.warnings] == [
        "there is no transform set txfm: that entry is inactive",
        "there is no access list 101: that entry is inactive",
    ]
    (entry,) = result.config.crypto_maps
    assert [peer.host for peer in entry.peers] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_six_lines_are_enough() -> None:
    config = good(
        "crypto isakmp keepalive 10 periodic\ncrypto ipsec client ezvpn hq\n connect auto\n group unity key preshared\n"
        " peer 10.2.80.209\n username joe password secret\n"
    )
    assert config.hostname == "Router"
    assert config.profiles[0].username == "joe"


def test_an_unindented_line_behind_an_indented_block_is_global() -> None:
    config = good("interface eth0\n shutdown\ncrypto ipsec client ezvpn hq\n peer 10.0.0.1\n")
    assert config.interfaces[0].ezvpn == []
    assert config.profiles[0].peers[0].host == "10.0.0.1"


def test_a_comment_does_not_end_a_block_but_makes_the_next_line_rather_global() -> None:
    config = good("crypto ipsec client ezvpn hq\n! the main site\n peer 10.0.0.1\n!\nmode network-extension\n")
    assert config.profiles[0].mode == "network-extension"
    config = good("interface eth0\n!\ncrypto ipsec client ezvpn hq\n")
    assert [profile.name for profile in config.profiles] == ["hq"]


def test_a_pasted_show_running_config_loads() -> None:
    lines = [
        "\ufeffBuilding configuration...",
        "",
        "Current configuration : 99 bytes",
        "!",
        "version 12.4",
        "hostname e",
        "end",
    ]
    config = good("\r\n".join(lines))
    assert (config.hostname, [line.text for line in config.kept]) == ("e", ["version 12.4"])


def test_a_typical_router_configuration_keeps_its_other_lines_in_place() -> None:
    text = """version 12.4
service timestamps debug datetime msec
no service password-encryption
!
hostname branch
!
boot-start-marker
boot-end-marker
!
enable secret s3cret
!
no aaa new-model
ip cef
!
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
 lifetime 3600
!
crypto isakmp keepalive 10 periodic
!
crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac
!
crypto ipsec client ezvpn hq
 connect auto
 group unity key two  words
 mode network-extension
 peer 10.2.80.209 default
 peer vpn2.example
 username joe password 0 0 zero
 xauth userid mode local
 xauth retry-minutes never
 pfs group 14
 transform-set strong
!
interface FastEthernet0
 description uplink
 ip address dhcp
 duplex auto
 speed auto
 crypto ipsec client ezvpn hq outside
!
interface Vlan1
 ip address 192.168.1.1 255.255.255.0
 crypto ipsec client ezvpn hq inside
!
logging console informational
ip route 0.0.0.0 0.0.0.0 FastEthernet0
no ip http server
!
access-list 101 permit ip any any
!
mqtt
 broker mqtts://broker.example
 username u password p
 metrics-interval 30
!
line con 0
line vty 0 4
 password vty
 login
!
end
"""
    assert to_text(good(text)) == text


def test_no_lines_in_a_file_take_back_what_was_said() -> None:
    config = good("crypto ipsec client ezvpn a\n peer 10.0.0.1\n no peer 10.0.0.1\n!\nhostname x\nno hostname\n")
    assert config.profiles[0].peers == []
    assert config.hostname == "Router"


def test_errors_have_line_column_and_words() -> None:
    assert errors("hostname a\n\ncrypto isakmp keepalive\n") == [(3, 23, "incomplete command: expected <10-3600>")]
    assert errors("frobnicate\n") == [(1, 0, "unknown command")]
    assert errors("crypto ipsec client ezvpn x\n mode cliant\n") == [
        (2, 9, "invalid input: expected client, network-extension or network-plus")
    ]


def test_the_lines_of_an_unknown_block_are_not_errors_of_their_own() -> None:
    text = (
        "interface eth0\n shutdown\nrouter ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n no shutdown\nhostname x\n"
    )
    result = parse(text)
    assert [(problem.line, problem.message) for problem in result.errors] == [(3, "unknown command")]
    assert result.config.interfaces[0].shutdown
    assert result.config.hostname == "x"


def test_a_shown_error_has_a_caret_below_the_fault() -> None:
    problem = parse("crypto isakmp keepalive 5 periodic\n").errors[0]
    assert problem.show("edge.conf") == [
        "edge.conf:1:25: 5 is out of range: <10-3600>",
        "  crypto isakmp keepalive 5",
        "                          ^",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "crypto ipsec client ezvpn x\n group unity hush-hush\n",
        "crypto isakmp key hush-hush address 10.2.80.2099\n",
        "enable secret 5 $hush-hush\n",
        "crypto ipsec client ezvpn x\n username joe hush-hush\n",
        "mqtt\n username joe passwort hush-hush\n",
    ],
)
def test_no_error_shows_a_secret(text: str) -> None:
    result = parse(text)
    assert result.errors
    shown = "\n".join(result.errors[0].show("f")) + repr(result)
    assert "hush" not in shown


def test_errors_are_bounded() -> None:
    result = parse("nonsense\n" * 1000)
    assert len(result.errors) == 51
    assert result.errors[-1].show("f") == ["f: 950 more lines that cannot be used"]


def test_a_type_6_secret_that_cannot_be_opened_is_a_warning_with_its_line() -> None:
    text = "crypto ipsec client ezvpn x\n group g key 6 CBA\n"
    result = parse(text, lambda sealed: sealed[::-1].encode())
    assert (result.errors, result.config.profiles[0].key.reveal()) == ([], b"ABC")
    result = parse(text)
    assert result.errors == []
    assert result.warnings[0].show("f") == [
        "f:2: this type 6 text was not encrypted with the key of this device; what needs it stays down until it is typed again"
    ]
    assert " group g key 6 CBA" in render(result.config)


def test_an_unknown_first_word_is_shown() -> None:
    """Also where a command begins with `key` or `password`."""
    assert parse("nonsense here\n").errors[0].show("f")[1] == "  nonsense"


# Random but valid configurations, as lines: every block with lines of its own.
NAME = st.text("abcXYZ019-_", min_size=1, max_size=6).map("n{}".format)
STRING = NAME | NAME.map('"{} and  more"'.format)
SECRET = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f\x85\xa0\xad"), min_size=1, max_size=8
)
PASSWORD = st.lists(SECRET, min_size=1, max_size=3).map("  ".join).filter(lambda text: text != "<removed>")
HOST = st.sampled_from(["10.2.80.209", "10.9.9.9", "vpn.example", "a-b.example.org"])


SIDE = st.sampled_from(
    ["any", "host 10.0.0.1", "10.1.2.3 0.0.255.255", "10.0.0.0 0.255.0.255", "0.0.0.0 127.255.255.255"]
)
PORTS = st.sampled_from(["", "eq 80", "eq telnet", "neq 5", "range 20 ftp", "lt 65535"])


def line(*parts: "str | st.SearchStrategy[object]") -> "st.SearchStrategy[str]":
    return st.tuples(*[st.just(part) if isinstance(part, str) else part for part in parts]).map(
        lambda words: " ".join(str(word) for word in words)
    )


def block(head: "st.SearchStrategy[str]", *lines: "st.SearchStrategy[str]") -> "st.SearchStrategy[list[str]]":
    return st.tuples(head, st.lists(st.one_of(*lines), max_size=8)).map(
        lambda parts: [parts[0]] + [" " + inner for inner in parts[1]] + ["!"]
    )


BLOCKS = st.one_of(
    block(
        line("crypto ipsec client ezvpn", NAME),
        line("connect", st.sampled_from(["auto", "manual"])),
        line("group", STRING, "key", PASSWORD),
        line("group", STRING, "key 0", PASSWORD),
        line("mode", st.sampled_from(["client", "network-extension", "network-plus"])),
        line("peer", HOST, st.sampled_from(["", "default"])),
        line("username", STRING, "password", PASSWORD),
        line("xauth userid mode", st.sampled_from(["local", "interactive"])),
        line("xauth retry-minutes", st.integers(1, 1440) | st.just("never")),
        line("pfs group", st.sampled_from([1, 2, 5, 14, 15, 16])),
        line("transform-set", NAME, NAME),
    ),
    block(
        line("crypto isakmp policy", st.integers(1, 10000)),
        line("encryption", st.sampled_from(["des", "3des", "aes", "aes 192", "aes 256"])),
        line("hash", st.sampled_from(["md5", "sha", "sha256", "sha384", "sha512"])),
        line("group", st.sampled_from([1, 2, 5, 14, 15, 16])),
        line("lifetime", st.integers(60, 86400)),
    ),
    block(
        line("interface", st.sampled_from(["fa0", "eth0", "Gi0/1", "vlan 1", "br-lan"])),
        line("ip address", st.sampled_from(["dhcp", "10.0.0.1 255.0.0.0"])),
        line("description", PASSWORD),
        st.sampled_from(["shutdown", "no shutdown", "speed auto", "speed 10", "no ip redirects", "half-duplex"]),
        line("crypto ipsec client ezvpn", NAME, st.sampled_from(["", "inside", "outside"])),
        line("crypto map", NAME),
    ),
    block(
        st.just("mqtt"),
        line("broker", st.sampled_from(["mqtt://b", "mqtts://b:1", "mqtts://10.0.0.1"])),
        line("client-id", NAME),
        line("username", STRING, "password", PASSWORD),
        line("topic-prefix", NAME),
        line("keepalive", st.integers(5, 65535)),
    ),
    block(
        st.just("line vty 0 4"), line("password", PASSWORD), st.sampled_from(["login", "no login", "exec-timeout 0 0"])
    ),
    block(
        line("crypto map", st.sampled_from(["m", "n"]), st.integers(1, 65535), "ipsec-isakmp"),
        line("set peer", HOST, st.sampled_from(["", "default"])),
        line("set transform-set", NAME),
        line("set transform-set", NAME, NAME),
        line("set pfs", st.sampled_from(["", "group1", "group14", "group16"])),
        line("set security-association lifetime seconds", st.integers(120, 86400)),
        line("set security-association lifetime kilobytes", st.integers(2560, 4294967295) | st.just("disable")),
        line("match address", NAME | st.integers(100, 199).map(str)),
        st.sampled_from(["reverse-route", "no set pfs", "no match address", "description  two words"]),
    ),
    block(
        line("ip access-list extended", NAME | st.sampled_from(["101", "2001"])),
        line(
            st.sampled_from(["permit", "deny"]), "tcp", SIDE, PORTS, SIDE, PORTS, st.sampled_from(["", "established"])
        ),
        line(st.sampled_from(["permit", "deny", "5 permit", "95 deny"]), "ip", SIDE, SIDE),
        line("remark", NAME),
        line("no", st.sampled_from(["10", "20", "5"])),
    ),
    st.lists(
        st.one_of(
            line("hostname", NAME.map("{}9".format)),
            line(
                "crypto isakmp keepalive", st.integers(10, 3600), st.integers(2, 60), st.sampled_from(["", "periodic"])
            ),
            line("enable secret", PASSWORD),
            line("enable password 0", PASSWORD),
            line(
                "crypto isakmp key",
                st.sampled_from(["", "0"]),
                SECRET.filter(lambda key: key not in ("0", "6", "<removed>")),
                "address",
                st.sampled_from(["10.0.0.1", "10.0.0.0 255.0.0.0"]),
            ),
            line("logging console", st.integers(0, 7)),
            st.sampled_from(
                ["crypto isakmp allow-weak", "no logging console", "version 12.4", "ip cef", "no ip cef", "end", "exit"]
            ),
            line("crypto ipsec transform-set", NAME, st.sampled_from(["esp-gcm 256", "esp-aes esp-sha-hmac"])),
            line("username", NAME, "password", PASSWORD),
        ),
        max_size=4,
    ),
)


# Lines that are well formed, but not after those before them.
EXPECTED = ("type", "hash", "no such line", "duplicate sequence number")


def test_a_name_with_blanks_stands_in_quotes() -> None:
    text = 'crypto ipsec client ezvpn x\n group "Remote  Users" key k\n username "first last" password p\n'
    (profile,) = parse(text).config.profiles
    assert (profile.group, profile.username) == ("Remote  Users", "first last")
    assert ' group "Remote  Users" key k' in render(parse(text).config)


@settings(max_examples=150, deadline=None)
@given(st.lists(BLOCKS, max_size=6))
def test_round_trip_is_exact(blocks: "list[list[str]]") -> None:
    result: Result = parse("\n".join(["\n".join(lines) for lines in blocks]))
    refused = [problem for problem in result.errors if not [1 for words in EXPECTED if words in problem.message]]
    assert refused == []
    round_trip(result.config)
    masked = render(result.config, masked=True)
    assert len(masked) == len(render(result.config))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.lists(BLOCKS, max_size=3).map(str))
def test_any_text_is_survived(text: str) -> None:
    result = parse(text)
    for problem in result.errors + result.warnings:
        assert problem.message
        problem.show("f")
    round_trip(result.config)


@settings(max_examples=150, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=4), st.data())
def test_mutated_configurations_are_survived(blocks: "list[list[str]]", data: st.DataObject) -> None:
    text = "\n".join(["\n".join(lines) for lines in blocks])
    for _ in range(3):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 3)) :]
    result = parse(text)
    round_trip(result.config)


def test_a_file_that_is_no_text_is_named_with_its_line() -> None:
    assert decode("hostname ö\n".encode()) == "hostname ö\n"
    with pytest.raises(NotText) as found:
        decode(b"hostname x\n!\n! \xf6\n")
    assert found.value.show("a.conf") == "a.conf:3: not text in UTF-8: save the file in that encoding"
