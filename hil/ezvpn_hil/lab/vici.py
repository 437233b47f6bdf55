"""strongSwan's control protocol (VICI), as much of it as a test asks: one request, its answer, its streamed events.

Belongs here: framing and the message encoding. Not here: what the answers mean (`strongswan`).
The format is strongSwan's src/libcharon/plugins/vici/README.md.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

CMD_REQUEST, CMD_RESPONSE, CMD_UNKNOWN, EVENT_REGISTER, EVENT_UNREGISTER, EVENT_CONFIRM, EVENT_UNKNOWN, EVENT = range(8)
SECTION_START, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END = range(1, 7)

Message = dict[str, Any]  # str -> str, list of str, or Message


class ViciError(Exception):
    """The daemon didn't understand, or said no; the text is its own."""


def encode(message: Message) -> bytes:
    out = bytearray()
    for key, value in message.items():
        name = bytes([len(key)]) + key.encode()
        if isinstance(value, dict):
            out += bytes([SECTION_START]) + name + encode(value) + bytes([SECTION_END])
        elif isinstance(value, list):
            out += bytes([LIST_START]) + name
            for item in value:
                out += bytes([LIST_ITEM]) + struct.pack("!H", len(item.encode())) + item.encode()
            out += bytes([LIST_END])
        else:
            raw = str(value).encode()
            out += bytes([KEY_VALUE]) + name + struct.pack("!H", len(raw)) + raw
    return bytes(out)


def decode(data: bytes) -> Message:
    """Raises ViciError where the elements don't nest."""
    root: Message = {}
    stack = [root]
    items: list[str] | None = None
    at = 0

    def name() -> str:
        nonlocal at
        size = data[at]
        at += 1 + size
        return data[at - size : at].decode()

    def value() -> str:
        nonlocal at
        (size,) = struct.unpack_from("!H", data, at)
        at += 2 + size
        return data[at - size : at].decode(errors="replace")

    try:
        while at < len(data):
            kind = data[at]
            at += 1
            if kind == SECTION_START:
                section: Message = {}
                stack[-1][name()] = section
                stack.append(section)
            elif kind == SECTION_END:
                stack.pop()
            elif kind == KEY_VALUE:
                key = name()
                stack[-1][key] = value()
            elif kind == LIST_START:
                items = []
                stack[-1][name()] = items
            elif kind == LIST_ITEM and items is not None:
                items.append(value())
            elif kind == LIST_END:
                items = None
            else:
                raise ViciError(f"element {kind} at {at - 1}")
    except (IndexError, struct.error):
        raise ViciError(f"message ends early, at {at} of {len(data)}") from None
    if stack != [root]:
        raise ViciError("sections don't nest")
    return root


def answers(path: str) -> bool:
    """Whether a daemon takes connections there: the socket's file appears a moment before that."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


class Vici:
    """One connection to a daemon's socket. A frozen daemon makes it time out (TimeoutError)."""

    def __init__(self, path: str, timeout: float = 10.0) -> None:
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.settimeout(timeout)
        try:
            self._sock.connect(path)
        except OSError:
            self._sock.close()
            raise

    def __enter__(self) -> Vici:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def request(self, command: str, message: Message | None = None, event: str = "") -> tuple[Message, list[Message]]:
        """(answer, the events of that name that were streamed before it). Raises ViciError when the answer is a no."""
        if event:
            self._send(EVENT_REGISTER, event, b"")
            if self._receive()[0] != EVENT_CONFIRM:
                raise ViciError(f"unknown event {event}")
        self._send(CMD_REQUEST, command, encode(message or {}))
        streamed = []
        while True:
            kind, body = self._receive()
            if kind == EVENT:
                streamed.append(decode(body[1 + body[0] :]))
            elif kind == CMD_RESPONSE:
                break
            else:
                raise ViciError(f"unknown command {command}")
        answer = decode(body)
        if answer.get("success", "yes") != "yes":
            raise ViciError(f"{command}: {answer.get('errmsg', 'refused')}")
        return answer, streamed

    def _send(self, kind: int, name: str, body: bytes) -> None:
        packet = bytes([kind, len(name)]) + name.encode() + body
        self._sock.sendall(struct.pack("!I", len(packet)) + packet)

    def _receive(self) -> tuple[int, bytes]:
        (size,) = struct.unpack("!I", self._exactly(4))
        packet = self._exactly(size)
        return packet[0], packet[1:]

    def _exactly(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            part = self._sock.recv(size - len(out))
            if not part:
                raise ViciError("the daemon closed the connection")
            out += part
        return out
