"""`ntp server`: up to four, one of them preferred; other `ntp` lines are kept."""

from ezvpn.config.render import render
from ezvpn.config.text import parse


def servers(text: str) -> "list[tuple[str, bool]]":
    return [(server.host, server.prefer) for server in parse(text).config.ntp_servers]


def test_servers_in_their_order() -> None:
    assert servers("ntp server 10.0.0.1\nntp server time.example prefer\n") == [
        ("10.0.0.1", False),
        ("time.example", True),
    ]
    assert servers("ntp server 10.0.0.1 version 3 prefer\n") == [("10.0.0.1", True)]


def test_saying_it_again_changes_the_preference() -> None:
    assert servers("ntp server A.example\nntp server a.example prefer\n") == [("A.example", True)]
    assert servers("ntp server a prefer\nntp server a\n") == [("a", False)]


def test_no() -> None:
    assert servers("ntp server a\nntp server b\nno ntp server A\n") == [("b", False)]
    assert parse("no ntp server a\n").errors


def test_four_and_no_more() -> None:
    text = "".join([f"ntp server s{i}\n" for i in range(5)])
    result = parse(text)
    assert len(result.config.ntp_servers) == 4
    assert "more than 4 NTP servers" in result.errors[0].show("x")[0]


def test_it_reads_back() -> None:
    text = "hostname a\nntp source Loopback0\nntp server 10.0.0.1\nntp server b prefer\n"
    lines = render(parse(text).config)
    assert lines[-5:-1] == ["ntp source Loopback0", "ntp server 10.0.0.1", "ntp server b prefer", "!"] or (
        "ntp server b prefer" in lines and lines.index("ntp source Loopback0") < lines.index("ntp server 10.0.0.1")
    )
    assert render(parse("\n".join(lines) + "\n").config) == lines


def test_a_server_with_a_key_is_kept_and_said_to_have_no_effect() -> None:
    result = parse("ntp server 10.0.0.1 key 5\n")
    assert result.config.ntp_servers == []
    assert [kept.text for kept in result.config.kept] == ["ntp server 10.0.0.1 key 5"]
    assert result.warnings
