"""One request, one answer: acknowledgements, parts, errors, old answers and interrupted dumps."""

import struct

import pytest

from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.rtnetlink import RtnetlinkKernel
from ezvpn.wire import netlink, nlmsg

MULTI, INTERRUPTED = 0x2, 0x10


class Scripted(RtnetlinkKernel):
    """`answers` are functions of the request's sequence number that give one datagram each, or an errno to fail with."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.sent = []

    def _send(self, request):
        self.sent.append(request)

    def _receive(self):
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            raise OSError(answer, "scripted")
        return answer(struct.unpack_from("@I", self.sent[-1], 8)[0])

    def _describe(self, errno):
        return f"words for {errno}"


def message(kind, seq, flags=0, body=b""):
    return struct.pack("@IHHII", 16 + len(body), kind, flags, seq, 0) + body


def ack(errno=0, behind=0):
    return lambda seq: message(nlmsg.Control.ERROR, seq - behind, 0, struct.pack("@i", -errno) + bytes(16))


def part(count=1, flags=MULTI, done=False, done_flags=0):
    def build(seq):
        data = b"".join(message(netlink.Message.NEW_LINK, seq, flags, bytes(16)) for _ in range(count))
        return data + (message(nlmsg.Control.DONE, seq, MULTI | done_flags, bytes(4)) if done else b"")

    return build


def test_acknowledged():
    kernel = Scripted(ack())
    assert kernel.transact(netlink.link_set(1, up=True)) == []


def test_numbers_rise():
    kernel = Scripted(ack(), ack())
    kernel.transact(netlink.link_set(1, up=True))
    kernel.transact(netlink.link_set(1, up=True))
    first, second = (struct.unpack_from("@I", request, 8)[0] for request in kernel.sent)
    assert second == first + 1


def test_the_number_does_not_overflow():
    kernel = Scripted(ack())
    kernel._sequence = 0x7FFFFFFF
    kernel.transact(netlink.link_set(1, up=True))
    assert struct.unpack_from("@I", kernel.sent[0], 8)[0] == 1


def test_a_single_answer():
    kernel = Scripted(part(flags=0))
    assert len(kernel.transact(netlink.link_get("lo"))) == 1


def test_a_dump_in_parts():
    kernel = Scripted(part(3), part(2), part(1, done=True))
    assert len(kernel.transact(netlink.link_dump())) == 6


def test_a_dump_whose_end_comes_alone():
    kernel = Scripted(part(3), part(0, done=True))
    assert len(kernel.transact(netlink.link_dump())) == 3


def test_an_error_says_what_and_why():
    kernel = Scripted(ack(17))
    with pytest.raises(KernelError, match="RTM_NEWROUTE: words for 17") as raised:
        kernel.transact(netlink.route_add(bytes(4), 0, 1))
    assert raised.value.errno == 17


def test_the_answer_to_an_earlier_request_is_passed_over():
    kernel = Scripted(ack(17, behind=1), ack())
    assert kernel.transact(netlink.link_set(1, up=True)) == []


def test_an_interrupted_dump_is_asked_again():
    kernel = Scripted(part(2, MULTI | INTERRUPTED, done=True), part(1, done=True))
    assert len(kernel.transact(netlink.link_dump())) == 1
    assert len(kernel.sent) == 2


def test_it_does_not_ask_for_ever():
    kernel = Scripted(*[part(1, MULTI, done=True, done_flags=INTERRUPTED)] * 3)
    with pytest.raises(KernelError, match="faster"):
        kernel.transact(netlink.link_dump())


@pytest.mark.parametrize("number", [11, 105, 1])
def test_a_socket_that_fails(number):
    with pytest.raises(KernelError, match=f"RTM_GETLINK: words for {number}"):
        Scripted(number).transact(netlink.link_dump())


def test_silence_without_a_number_is_a_timeout():
    class Silent(Scripted):
        def _receive(self):
            raise TimeoutError

    with pytest.raises(KernelError) as raised:
        Silent().transact(netlink.link_dump())
    assert raised.value.errno == 110


def test_nonsense_from_the_kernel():
    with pytest.raises(KernelError, match="RTM_GETLINK: netlink"):
        Scripted(lambda seq: b"\x01\x00").transact(netlink.link_dump())


def test_a_kernel_without_room():
    with pytest.raises(KernelError, match="too long"):
        Scripted(lambda seq: message(nlmsg.Control.OVERRUN, seq)).transact(netlink.link_dump())
