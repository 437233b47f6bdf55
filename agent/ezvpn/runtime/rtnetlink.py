"""One rtnetlink conversation: a request, and every message of its answer (netlink(7)).

Dual; both runtimes' `netlink` build on it. Here: sequence numbers, dumps in parts, errors. Not here: sockets (the subclasses),
layout of messages (`wire.nlmsg`, `wire.netlink`), what is asked for (`dataplane`).
"""

import struct

from ezvpn.dataplane.port import Kernel, KernelError
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.netlink import Message
from ezvpn.wire.nlmsg import Control, MessageFlag, parse_error, split_messages

FAMILY = 16  # AF_NETLINK
PROTOCOL = 0  # NETLINK_ROUTE
TIMEOUT_S = 1
MOST_MESSAGES = 100000  # of one answer: a full Internet table is out of scope, and memory is finite

EIO = 5
ETIMEDOUT = 110
ENOBUFS = 105

_SEQUENCE_AT = 8  # nlmsg_seq
_DUMP_INTERRUPTED = 0x10  # NLM_F_DUMP_INTR: something changed in between
_DUMP_TRIES = 3

_NAMES = {
    Message.GET_LINK: "RTM_GETLINK",
    Message.NEW_LINK: "RTM_NEWLINK",
    Message.GET_ADDRESS: "RTM_GETADDR",
    Message.NEW_ADDRESS: "RTM_NEWADDR",
    Message.DELETE_ADDRESS: "RTM_DELADDR",
    Message.GET_ROUTE: "RTM_GETROUTE",
    Message.NEW_ROUTE: "RTM_NEWROUTE",
    Message.DELETE_ROUTE: "RTM_DELROUTE",
}


class RtnetlinkKernel(Kernel):
    """A subclass gives `_send(request)`, `_receive() -> datagram` (OSError when nothing comes within `TIMEOUT_S`) and
    `_describe(errno) -> words`."""

    def __init__(self) -> None:
        self._sequence = 0

    def _send(self, request: bytes) -> None:
        raise NotImplementedError

    def _receive(self) -> bytes:
        raise NotImplementedError

    def _describe(self, errno: int) -> str:
        raise NotImplementedError

    def transact(self, request: "bytes | memoryview") -> "list[bytes]":
        for _ in range(_DUMP_TRIES):
            answer = self._once(request)
            if answer is not None:
                return answer
        raise KernelError(EIO, "the kernel's tables change faster than they can be read")

    def _once(self, request: "bytes | memoryview") -> "list[bytes] | None":
        """None: a dump was interrupted by a change and has to be asked for again."""
        self._sequence = self._sequence % 0x7FFFFFFF + 1
        wire = bytearray(request)
        struct.pack_into("@I", wire, _SEQUENCE_AT, self._sequence)
        kind, flags = struct.unpack_from("@HH", wire, 4)
        what = _NAMES.get(kind, "netlink request " + str(kind))
        try:
            self._send(bytes(wire))
            return self._collect(flags, what)
        except OSError as error:
            number = error.errno or ETIMEDOUT
            raise KernelError(number, what + ": " + self._describe(number))
        except Malformed as error:
            raise KernelError(EIO, what + ": " + error.what)

    def _collect(self, flags: int, what: str) -> "list[bytes] | None":
        found: "list[bytes]" = []
        interrupted = False
        while True:
            data = self._receive()
            for kind, message_flags, sequence, start, end in split_messages(data):
                # An answer to an earlier request that timed out.
                if sequence != self._sequence or kind == Control.NOOP:
                    continue
                interrupted = interrupted or message_flags & _DUMP_INTERRUPTED != 0
                if kind == Control.ERROR:
                    number = parse_error(data[start:end])
                    if number:
                        raise KernelError(number, what + ": " + self._describe(number))
                    return found
                if kind == Control.DONE:
                    return None if interrupted else found
                if kind == Control.OVERRUN or len(found) >= MOST_MESSAGES:
                    raise KernelError(ENOBUFS, what + ": the answer is too long")
                found.append(bytes(data[start:end]))
                # A single answer ends here unless an acknowledgement was asked for as well.
                if not message_flags & MessageFlag.MULTI and not flags & MessageFlag.ACK:
                    return found
