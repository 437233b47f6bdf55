"""What counts as a prompt, a question, an error; samples are IOS's."""

import pytest

from ezvpn.terminal.prompts import asks, host_of_prompt, is_error, readable


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Router>", "Router"),
        ("\nbranch-17.example#", "branch-17.example"),
        ("\nRouter(config)#", "Router"),
        ("\nRouter(config-crypto-ezvpn)#", "Router"),
        ("\r      \rRouter(config-if)# ", "Router"),
        ("\nrommon 12 >", "rommon"),
        ("\nRouter#show version", ""),
        ("\nsome text #", ""),
        ("\n<10-3600>", ""),
        ("", ""),
        ("\nPassword: ", ""),
    ],
)
def test_prompts(text, host):
    assert host_of_prompt(text) == host


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("\nPassword: ", True),
        ("\nUsername:", True),
        ("\nDestination filename [startup-config]? ", True),
        ("\nProceed with reload? [confirm]", True),
        ("\n% Do you really want to remove these keys? [yes/no]: ", True),
        ("\nRouter#", False),
        ("\nBuilding configuration...\n", False),
        ("", False),
    ],
)
def test_questions(text, question):
    assert asks(text) == question


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("% Invalid input detected at '^' marker.", True),
        ("% Incomplete command.", True),
        ('% Ambiguous command:  "sh"', True),
        ("%Error opening tftp://255.255.255.255/x (Timed out)", True),
        ("% more than 64 keys", True),
        ("%SYS-5-CONFIG_I: Configured from console by console", False),
        ("%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON", False),
        ("% Warning: the group key is short", False),
        ("% Generating 2048 bit RSA keys, keys will be non-exportable...[OK]", False),
        ("Building configuration...", False),
        (" % in the middle", False),
        ("", False),
    ],
)
def test_errors(line, error):
    assert is_error(line) == error


def test_the_share_that_can_be_read():
    assert readable(b"\r\nRouter>\x07\b") == 1.0
    assert readable(b"\xf8\x80\x00\xe0") == 0.0
    assert readable(b"a\xff") == 0.5
    assert readable(b"") == 0.0
