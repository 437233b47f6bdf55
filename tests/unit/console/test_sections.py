"""Parts of a printed configuration."""

from ezvpn.console.sections import beginning, blocks, having

LINES = [
    "!",
    "hostname edge",
    "!",
    "crypto isakmp keepalive 10",
    "!",
    "crypto ipsec client ezvpn a",
    " peer vpn.example.com",
    " mode client",
    "!",
    "interface eth0",
    " crypto ipsec client ezvpn a",
    "!",
    "end",
]


def test_blocks_end_where_the_next_line_is_not_indented():
    assert [block[0] for block in blocks(LINES)] == [
        "hostname edge",
        "crypto isakmp keepalive 10",
        "crypto ipsec client ezvpn a",
        "interface eth0",
    ]
    assert blocks(["!", "end"]) == []


def test_by_the_first_words_and_by_a_text():
    assert beginning(LINES, "interface eth0") == ["interface eth0", " crypto ipsec client ezvpn a", "!"]
    assert beginning(LINES, "interface eth") == []
    assert having(LINES, "isakmp") == ["crypto isakmp keepalive 10"]
    assert having(LINES, "peer vpn") == ["crypto ipsec client ezvpn a", " peer vpn.example.com", "!"]
    assert having(LINES, "hostname")[0] == "hostname edge"
    assert having(LINES, "nothing") == []
