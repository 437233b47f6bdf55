"""Files of configuration text as they may be looked at."""

import pytest

from ezvpn.config.masking import mask

REMOVED = "<removed>"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (" group unity key two words", f" group unity key {REMOVED}"),
        (" gr unity k sesame", f" gr unity k {REMOVED}"),
        (" username alice pass 6 c2VzYW1l", f" username alice pass {REMOVED}"),
        ("enable secret sesame", f"enable secret {REMOVED}"),
        ("username admin privilege 15 secret 9 $9$abc", f"username admin privilege 15 secret {REMOVED}"),
        ("crypto isakmp key sesame address 192.0.2.1", f"crypto isakmp key {REMOVED} address 192.0.2.1"),
        ("cry isa key 6 c2Vz hostname a.example no-xauth", f"cry isa key {REMOVED} hostname a.example no-xauth"),
        ('crypto isakmp key "my key" address 192.0.2.1', f"crypto isakmp key {REMOVED}"),
        ('crypto isakmp key 0 "my key" address 192.0.2.1', f"crypto isakmp key {REMOVED}"),
        (" username is password my secret", f" username is password {REMOVED}"),
        (" group i key my secret", f" group i key {REMOVED}"),
        ("crypto isakmp key address address 192.0.2.1", f"crypto isakmp key {REMOVED} address 192.0.2.1"),
        ("! the old password was sesame", f"! the old password {REMOVED}"),
        (" group unity key", " group unity key"),
        (" peer vpn.example.com", " peer vpn.example.com"),
        ("", ""),
    ],
)
def test_each_line_without_its_secret(line, shown):
    assert mask(line + "\r\n") == [shown]


def test_what_a_terminal_would_act_upon_is_not_shown():
    assert mask("a\x1b[2Jb\x7f\tc\n\nd") == ["a?[2Jb?\tc", "", "d"]
    assert mask("") == []
