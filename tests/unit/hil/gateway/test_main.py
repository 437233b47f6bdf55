"""The practice gateway's arguments."""

from __future__ import annotations

import pytest

from ezvpn.ike.params import Selector
from ezvpn_hil.gateway.__main__ import main, parser, policy
from ezvpn_hil.gateway.policy import ESP, PHASE1
from ezvpn_hil.lab.plan import DEFAULT_ESP

NEEDED = ["--listen", "192.0.2.1", "--pool", "198.18.11.0/30", "--group", "g", "--key", "k", "--user", "u:p:q"]
ALL = Selector(bytes(4), bytes(4))
LAN = Selector(bytes([203, 0, 113, 0]), bytes([255, 255, 255, 0]))


def test_what_is_not_said_is_generous() -> None:
    made = policy(parser().parse_args(NEEDED))
    assert (made.address, made.group, made.key, made.users) == (bytes([192, 0, 2, 1]), b"g", "k", {"u": "p:q"})
    assert made.pool == [bytes([198, 18, 11, 1]), bytes([198, 18, 11, 2])]
    assert (made.phase1, made.esp, made.pfs) == (PHASE1, ESP, 0)
    assert made.networks() == [ALL]


def test_a_client_may_ask_for_everything_where_there_is_a_split_list() -> None:
    made = policy(parser().parse_args([*NEEDED, "--split", "203.0.113.0/24"]))
    assert made.networks() == [LAN, ALL]
    # What the client is told is the list, and only that.
    assert [split.address for split in made.mode_config(made.pool[0]).split_include] == [LAN.address]


def test_pfs_is_demanded_where_every_proposal_has_the_group() -> None:
    def pfs(*proposals: str) -> int:
        words = [word for text in proposals for word in ("--esp", text)]
        return policy(parser().parse_args([*NEEDED, *words])).pfs

    assert pfs("aes256-sha256-modp2048", "aes128-sha1-modp2048") == 14
    assert pfs("aes256-sha256-modp2048", "aes128-sha1") == 0
    assert pfs(*DEFAULT_ESP) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--user", "alice"], "write it as USER:PASSWORD"),
        (["--ike", "aes"], "write it like aes256-sha256-modp2048"),
        (["--pool", "198.18.11.1/24"], "has host bits set"),
        (["--dns", "dns.example"], "dns.example"),
    ],
)
def test_a_wrong_argument_is_named(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*NEEDED, *words])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_an_address_that_is_not_ours_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(NEEDED) == 3
    assert "192.0.2.1:500: " in capsys.readouterr().err
