"""Extended access lists: numbered and named, by sequence number, and what is refused."""

import pytest

from ezvpn.config.render import render
from unit.config.lines import edited, last, rejected

NAMED = "ip access-list extended branch"


def shown(*lines: str) -> "list[str]":
    return [line for line in render(edited(*lines)) if "access-list" in line or line[0] == " "]


@pytest.mark.parametrize(
    "line",
    [
        "access-list 101 permit ip 10.0.0.0 0.0.0.255 10.1.0.0 0.0.255.255",
        "access-list 2699 permit ip any any",
        "access-list 199 deny tcp host 10.0.0.1 eq www any range ftp-data 1024 established",
        "access-list 101 permit udp any eq isakmp any neq 5000 log",
        "access-list 101 permit gre host 10.0.0.1 host 10.0.0.2",
        "access-list 101 permit 99 any any dscp ef",
        "access-list 101 permit icmp any any echo-reply",
        "access-list 101 remark to the  main site",
    ],
)
def test_a_line_is_printed_as_it_was_typed(line: str) -> None:
    assert shown(line) == [line]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("access-list 101 permit ip 10.0.0.1 0.0.0.0 0.0.0.0 255.255.255.255", "permit ip host 10.0.0.1 any"),
        ("access-list 101 permit tcp any any eq 80", "permit tcp any any eq www"),
        ("access-list 101 permit tcp any any eq TELNET", "permit tcp any any eq telnet"),
        ("access-list 101 permit 47 any any", "permit gre any any"),
        ("access-list 101 permit ip 10.1.2.3 0.0.255.255 any", "permit ip 10.1.0.0 0.0.255.255 any"),
        ("ac 101 perm ip any any", "permit ip any any"),
    ],
)
def test_it_is_printed_in_the_words_of_ios(typed: str, printed: str) -> None:
    assert shown(typed) == ["access-list 101 " + printed]


def test_a_named_list_is_a_block() -> None:
    lines = [NAMED, " remark servers", " permit ip 10.0.0.0 0.0.0.255 host 10.1.0.1", " deny udp any any eq snmp"]
    assert shown(*lines) == lines


def test_lines_go_where_their_number_says_and_numbers_are_printed_when_they_are_not_the_usual_ones() -> None:
    lines = [NAMED, "permit ip any host 10.0.0.1", "permit ip any host 10.0.0.2", "15 permit ip any host 10.0.0.3"]
    assert shown(*lines) == [
        NAMED,
        " permit ip any host 10.0.0.1",
        " 15 permit ip any host 10.0.0.3",
        " 20 permit ip any host 10.0.0.2",
    ]
    assert rejected(*lines, "15 permit ip any host 10.0.0.4") == "duplicate sequence number 15"


def test_lines_go_by_number_and_by_their_words() -> None:
    lines = [NAMED, "permit ip any host 10.0.0.1", "permit ip any host 10.0.0.2", "permit ip any host 10.0.0.3"]
    assert shown(*lines, "no 20", "no permit ip any host 10.0.0.1") == [NAMED, " 30 permit ip any host 10.0.0.3"]
    assert rejected(*lines, "no 25") == "there is no such line in access list branch"
    assert rejected(*lines, "no 20 permit ip any host 10.0.0.1") == "there is no such line in access list branch"


def test_a_line_is_there_once() -> None:
    assert len(shown("access-list 101 permit ip any any", "access-list 101 permit ip any any")) == 1


def test_numbered_lists_can_be_edited_as_a_block_and_then_show_their_numbers() -> None:
    lines = ["access-list 101 permit ip any host 10.0.0.1", "access-list 101 permit ip any host 10.0.0.2"]
    assert shown(*lines, "ip access-list extended 101", "no 10") == [
        "ip access-list extended 101",
        " 20 permit ip any host 10.0.0.2",
    ]


def test_a_list_goes_as_a_whole() -> None:
    lines = ["access-list 101 permit ip any any", "access-list 102 permit ip any any"]
    assert shown(*lines, "no access-list 101") == ["access-list 102 permit ip any any"]
    assert shown(*lines, "no access-list 101 permit ip any host 10.0.0.1") == ["access-list 102 permit ip any any"]
    assert shown(*lines, "no ip access-list extended 102") == ["access-list 101 permit ip any any"]
    assert rejected("no access-list 101") == "there is no access list 101"
    assert rejected("no ip access-list extended x") == "there is no access list x"


def test_what_cannot_be() -> None:
    assert "0 to 65535" in rejected("access-list 101 permit tcp any any eq 65536")
    assert "0 to 65535" in rejected("access-list 101 permit udp any eq www any")
    assert "begins with a letter" in rejected("ip access-list extended 5")
    assert last("access-list 101 permit ip any any eq 5").status == "invalid"
    assert last("access-list 101 permit ip any").status == "incomplete"
    assert last("access-list 200 permit ip any any").warnings != []  # not IP: kept
    assert "more than 256" in rejected(
        *["access-list 101 permit ip any host 10.0." + str(i // 250) + "." + str(i % 250) for i in range(257)]
    )
    assert "more than 64" in rejected(*["access-list " + str(100 + i) + " permit ip any any" for i in range(65)])


def test_standard_lists_are_kept() -> None:
    assert last("access-list 10 permit any").warnings == ["kept, but has no effect here: access-list is not supported"]
