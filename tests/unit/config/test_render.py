"""Printing: order, defaults that are not printed, masks."""

from ezvpn.config.model import Config
from ezvpn.config.render import render, to_text
from unit.config.lines import edited


def test_an_empty_configuration() -> None:
    assert render(Config()) == ["!", "hostname Router", "!", "end"]
    assert to_text(Config()).endswith("\nend\n")


def test_on_demand_and_the_default_retry_are_not_printed() -> None:
    assert "crypto isakmp keepalive 10" in render(edited("crypto isakmp keepalive 10 2 on-demand"))
    assert "crypto isakmp keepalive 30 20 periodic" in render(edited("crypto isakmp keepalive 30 20 periodic"))


def test_lifetimes_idletime_and_standby_are_printed_where_they_are_not_the_defaults() -> None:
    line = "crypto ipsec security-association lifetime "
    assert not [
        text for text in render(edited(line + "seconds 3600", line + "kilobytes 4608000")) if "lifetime" in text
    ]
    printed = render(
        edited(
            line + "kilobytes disable",
            line + "seconds 600",
            "crypto ipsec client ezvpn x",
            "idletime 90",
            "standby warm",
        )
    )
    assert printed[3:5] == [line + "seconds 600", line + "kilobytes disable"]
    assert [text for text in printed if text[0] == " "] == [
        " connect auto",
        " mode client",
        " idletime 90",
        " standby warm",
    ]


def test_masked_text_has_the_same_lines_without_secrets() -> None:
    config = edited(
        *(
            "enable secret hush",
            "enable password hush",
            "username u password hush",
            "crypto isakmp key hush address 10.0.0.1",
        ),
        *("crypto ipsec client ezvpn x", "group g key hush", "username u password hush"),
        *(
            "mqtt",
            "username u password hush",
            "line vty 0 4",
            "password hush",
            "interface eth0",
            "ppp chap password hush",
        ),
    )
    plain, masked = render(config), render(config, masked=True)
    assert len(plain) == len(masked)
    assert sum("hush" in line for line in plain) == 9
    assert [line.replace("hush", "<removed>") for line in plain] == masked


def test_a_policy_says_its_weak_parts_aloud() -> None:
    lines = render(edited("crypto isakmp policy 3"))
    at = lines.index("crypto isakmp policy 3")
    assert lines[at + 1 : at + 4] == [" encryption des", " authentication pre-share", " group 1"]


def test_a_key_that_looks_like_a_type_is_printed_with_its_type() -> None:
    config = edited("crypto ipsec client ezvpn x", "group g key 0 6 pack")
    assert " group g key 0 6 pack" in render(config)
