"""The lab's name server, judged by scapy's idea of DNS."""

from __future__ import annotations

import pytest
from scapy.layers.dns import DNS, DNSQR

from ezvpn_hil.lab.nameserver import answer

TABLE = {"gw1.lab.example": ["198.51.100.11", "198.51.100.12"]}


def ask(name: str, kind: str = "A") -> DNS | None:
    reply = answer(bytes(DNS(id=7, rd=1, qd=DNSQR(qname=name, qtype=kind))), TABLE)
    return None if reply is None else DNS(reply)


def test_known_name_in_any_case() -> None:
    reply = ask("GW1.lab.example")
    assert reply is not None
    assert (reply.id, reply.qr, reply.rcode, reply.ancount) == (7, 1, 0, 2)
    assert [reply.an[i].rdata for i in range(2)] == TABLE["gw1.lab.example"]


def test_unknown_name_does_not_exist() -> None:
    reply = ask("gw9.lab.example")
    assert reply is not None and (reply.rcode, reply.ancount) == (3, 0)


def test_known_name_has_no_ipv6_address() -> None:
    reply = ask("gw1.lab.example", "AAAA")
    assert reply is not None and (reply.rcode, reply.ancount) == (0, 0)


def test_silent_names_get_no_answer() -> None:
    assert ask("silent.lab.example") is None


@pytest.mark.parametrize("size", range(30))
def test_cut_questions_get_no_answer(size: int) -> None:
    question = bytes(DNS(qd=DNSQR(qname="gw1.lab.example")))
    assert answer(question[:size], TABLE) is None
