"""The socket to the broker on CPython: name, TCP and TLS, all without blocking, and why each of them failed.

Level 4. Belongs here: addresses, certificates, the handshake, reasons for a human. Not here: MQTT (`mqtt`). RFC 6125 name
check by OpenSSL. Only `getaddrinfo` and the loading of certificates need a thread; it is a daemon.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ezvpn.report.topics import Broker

STAGE_S = 10.0  # name, TCP and TLS each
LARGEST_PACKET = 65536  # bytes that a packet from the broker may have
LET_GO_S = 0.05  # between the end of a connection and the closing of its descriptor

T = TypeVar("T")


class Refusal(Exception):
    """An attempt or a connection came to an end; the text is the reason."""


Prepared = tuple[list[tuple[Any, ...]], ssl.SSLContext | None]


def prepare(broker: Broker) -> Prepared:
    """Runs in the daemon thread. Raises Refusal."""
    context = _tls_context(broker) if broker.tls else None
    try:
        return socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM), context
    except (socket.gaierror, UnicodeError):
        raise Refusal("name does not resolve")


def _tls_context(broker: Broker) -> ssl.SSLContext:
    """Peer and name are always verified; without `ca` against the system's authorities."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    at = broker.ca
    try:
        if broker.ca:
            with open(broker.ca, "rb") as file:
                data = file.read()
            context.load_verify_locations(cadata=data.decode() if b"-----BEGIN" in data else data)
        else:
            context.load_default_certs()
        if broker.certificate:
            at = broker.certificate + " or " + broker.key
            # The empty answer: OpenSSL would else ask on the terminal for the passphrase of an encrypted key.
            context.load_cert_chain(broker.certificate, broker.key or None, password="")
    except ssl.SSLError:
        raise Refusal(at + ": not a usable certificate or key")
    except (OSError, ValueError) as error:
        raise Refusal(at + ": " + (getattr(error, "strerror", None) or "not a usable certificate or key"))
    return context


async def open_wire(broker: Broker, preparation: "asyncio.Future[Prepared]") -> "Wire":
    """A connected socket, TLS done if wanted. Raises Refusal."""
    loop = asyncio.get_running_loop()
    addresses, context = await _in_time(preparation, "name does not resolve: no answer")
    refusal = Refusal("name does not resolve")
    for family, kind, protocol, _, address in addresses:
        plain = socket.socket(family, kind, protocol)
        plain.setblocking(False)
        made: socket.socket = plain
        try:
            await _in_time(loop.sock_connect(plain, address), "no answer to the TCP connect", len(addresses))
            if context is not None:
                made = context.wrap_socket(plain, server_hostname=broker.host, do_handshake_on_connect=False)
                await _in_time(_handshake(made), "no answer to the TLS handshake")
            return Wire(made)
        except (OSError, ValueError) as error:
            made.close()
            refusal = Refusal(_why(error))
        except Refusal as silent:
            made.close()
            refusal = silent
        except asyncio.CancelledError:
            made.close()
            raise
    raise refusal


async def _handshake(tls: socket.socket) -> None:
    assert isinstance(tls, ssl.SSLSocket)
    loop = asyncio.get_running_loop()
    while True:
        ready: asyncio.Future[None] = loop.create_future()
        try:
            tls.do_handshake()
            return
        except ssl.SSLWantReadError:
            loop.add_reader(tls, _resolve, ready)
            forget = loop.remove_reader
        except ssl.SSLWantWriteError:
            loop.add_writer(tls, _resolve, ready)
            forget = loop.remove_writer
        try:
            await ready
        finally:
            forget(tls)


class Wire:
    """The socket as paho sees it; remembers why it ended, which paho tells only its log."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._reason = ""
        self._closed = False
        self.heard = False  # anything at all
        self.ended = asyncio.Event()

    def recv(self, size: int) -> bytes:
        if self._closed:
            return b""
        if size > LARGEST_PACKET:
            # paho would collect all of it, up to 256 MB, and nothing that is meant for us is that long.
            self._end(f"the broker sent a message of {size} bytes")
            raise OSError(errno.EMSGSIZE, self._reason)
        try:
            data = self._sock.recv(size)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            self._end(_why(error))
            raise
        if not data:
            self._end("connection closed by the broker")
        else:
            self.heard = True
        return data

    def send(self, data: bytes) -> int:
        try:
            return self._sock.send(data)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError as error:
            self._end(_why(error))
            raise

    def pending(self) -> int:
        return self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0

    def fileno(self) -> int:
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        self._sock.setblocking(flag)

    def close(self) -> None:
        """paho is done with it. The descriptor stays ours until `finish`: aiomqtt may still have a call under way from its thread
        that watches this number, which must not belong to another socket by then."""
        self._closed = True
        self._loop.call_soon_threadsafe(self.ended.set)
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def reason(self) -> str:
        return self._reason

    async def finish(self) -> None:
        """Make sure that paho lets go (it takes the end of file for the end, and removes its own timer), then close."""
        self._reason = self._reason or "closed by us"
        self.close()
        await asyncio.sleep(LET_GO_S)
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()

    def _end(self, reason: str) -> None:
        self._reason = self._reason or reason
        # paho's connect runs in a thread of aiomqtt's.
        self._loop.call_soon_threadsafe(self.ended.set)


def _why(error: BaseException) -> str:
    """An exception of socket or ssl in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate verify failed: " + error.verify_message
    if isinstance(error, ssl.SSLError):
        if error.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED":
            return "TLS: the broker demands a client certificate"
        return "TLS: " + (error.reason or str(error)).lower().replace("_", " ")
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return (getattr(error, "strerror", None) or str(error)).lower()


async def _in_time(work: Awaitable[T], silence: str, share: int = 1) -> T:
    """`work`, or Refusal after STAGE_S divided by `share`."""
    seconds = STAGE_S / max(share, 1)
    try:
        return await asyncio.wait_for(work, seconds)
    except TimeoutError:
        raise Refusal(f"{silence} within {seconds:.0f} s")


def in_daemon(work: Callable[[], T]) -> "asyncio.Future[T]":
    """Run `work` in a daemon thread: neither the loop nor the end of the program waits for it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    future.add_done_callback(lambda done: done.cancelled() or done.exception())  # seen, also if nobody waits any more

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def body() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as caught:
            error = caught
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            pass  # the loop is closed: nobody is interested

    threading.Thread(target=body, daemon=True, name="mqtt-prepare").start()
    return future


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
