"""DNS questions and answers, judged by scapy, with every cut and mutation of an answer."""

import random

import pytest
from scapy.layers.dns import DNS, DNSQR, DNSRR

from ezvpn.runtime.dns_message import NO_SUCH_NAME, OK, BadName, answer, question


def reply(identifier=0x1234, name="gw.example.com", records=(), rcode=0, qr=1):
    return bytes(
        DNS(id=identifier, qr=qr, rd=1, ra=1, rcode=rcode, qd=[DNSQR(qname=name, qtype="A")], an=list(records))
    )


def a(name, address):
    return DNSRR(rrname=name, type="A", rdata=address, ttl=60)


def cname(name, target):
    return DNSRR(rrname=name, type="CNAME", rdata=target, ttl=60)


def test_scapy_reads_our_question():
    message = DNS(question(0x1234, "gw.example.com"))
    assert (message.id, message.qr, message.opcode, message.rd, message.qdcount) == (0x1234, 0, 0, 1, 1)
    assert message.qd[0].qname == b"gw.example.com."
    assert (message.qd[0].qtype, message.qd[0].qclass) == (1, 1)


@pytest.mark.parametrize("name", ["", ".", "a..b", "a" * 64 + ".com", ".".join(["a" * 60] * 5)])
def test_a_name_that_dns_cannot_carry(name):
    with pytest.raises(BadName):
        question(1, name)


def test_all_addresses_of_the_name():
    message = reply(records=[a("gw.example.com", "192.0.2.1"), a("GW.example.com", "192.0.2.2")])
    assert answer(message, 0x1234, "gw.example.com") == (OK, [b"\xc0\0\2\1", b"\xc0\0\2\2"])


def test_aliases_are_followed_in_any_order():
    message = reply(
        records=[
            a("c.example.net", "192.0.2.3"),
            cname("b.example.net", "c.example.net"),
            cname("gw.example.com", "b.example.net"),
        ]
    )
    assert answer(message, 0x1234, "gw.example.com") == (OK, [b"\xc0\0\2\3"])


def test_addresses_of_other_names_are_not_believed():
    message = reply(records=[a("other.example.com", "192.0.2.1")])
    assert answer(message, 0x1234, "gw.example.com") == (OK, [])


def test_an_alias_loop_ends():
    message = reply(records=[cname("gw.example.com", "b.example.net"), cname("b.example.net", "gw.example.com")])
    assert answer(message, 0x1234, "gw.example.com") == (OK, [])


def test_no_such_name():
    assert answer(reply(rcode=3), 0x1234, "gw.example.com") == (NO_SUCH_NAME, [])


@pytest.mark.parametrize(
    "message",
    [
        reply(identifier=0x1235),
        reply(name="other.example.com"),
        reply(qr=0),
        b"",
        question(0x1234, "gw.example.com"),
    ],
)
def test_what_is_not_our_answer(message):
    assert answer(message, 0x1234, "gw.example.com") is None


def test_a_pointer_loop_is_no_answer():
    message = bytearray(reply(records=[a("gw.example.com", "192.0.2.1")]))
    at = 12 + len(b"\2gw\7example\3com\0") + 4
    message[at : at + 2] = bytes([0xC0, at])
    assert answer(message, 0x1234, "gw.example.com") is None


def test_cuts_and_mutations_never_raise():
    whole = reply(records=[cname("gw.example.com", "b.example.net"), a("b.example.net", "192.0.2.3")])
    for length in range(len(whole)):
        answer(whole[:length], 0x1234, "gw.example.com")
    chance = random.Random(2)
    for _ in range(5000):
        mutated = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        result = answer(mutated, 0x1234, "gw.example.com")
        assert result is None or all(len(address) == 4 for address in result[1])
