"""The connection to the broker on MicroPython: chumicro-mqtt over our own non-blocking connector.

Level 4. Belongs here: name, TCP, TLS and CONNECT without blocking, back-off, handing the outbox over message by message,
saying up, down and refused with a reason for a human. Not here: what is published and when (`report/`), certificates
(`tls`). MQTT 3.1.1 (OASIS). Same methods as runtime/cpython/mqtt.py.

The client library's own connector blocks in getaddrinfo and for the whole TLS handshake, so it only gets sockets that are
connected; the handshake is driven by its reading, while its CONNECT waits in its queue. Its own reconnecting stays unused.
"""

import errno
import os
import socket

from ezvpn.report.outbox import Message, Outbox
from ezvpn.report.topics import Broker
from ezvpn.runtime.calls import Answer, Callback, Part
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.mqtt_wire import DISCONNECT, HUNG_UP, Refusal, Stream, Ticks, secured, why
from ezvpn.runtime.micropython.resolver import Resolver
from ezvpn.runtime.micropython.udp import sockaddr_in
from ezvpn.runtime.timers import Timer

STAGE_MS = 10000  # name, TCP, TLS with CONNACK each; also for a PUBACK
FIRST_PAUSE_MS = 1000
LONGEST_PAUSE_MS = 60000
STEADY_MS = 10000  # a connection that lived this long was a good one: the pauses start again at the first
LEAVE_MS = 2000  # leaving: what is queued, `offline`, DISCONNECT; below the 3 s in which the agent exits
_HANDSHAKE_MS = 100  # how soon a TLS handshake is looked after again without being called
_TURNS = 16  # pieces of progress within one callback, then the others have their turn
_RECEIVE_BYTES = 1024  # a longer message from the broker is dropped by the library

# Phases.
_IDLE = 0
_PAUSE = 1
_NAME = 2
_TCP = 3
_OPENING = 4  # TLS handshake, CONNECT sent or about to be
_UP = 5
_LEAVING = 6

# What the stage lacked when its time was over.
_SILENCES = {
    _NAME: "name does not resolve: no answer within 10 s",
    _TCP: "no answer to the TCP connect within 10 s",
}

# CONNACK return codes (MQTT 3.1.1 3.2.2.3).
CONNACK_REASONS = {
    1: "protocol version refused",
    2: "client-id refused",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorised",
}


class MqttAdapter:
    """`start`, `stop`, `wake` and `reopen` return at once and call nobody back from inside.

    on_state(what, reason): "up" once the broker accepted us, "refused" for each failed attempt, "down" when an accepted
    connection ended and, with the reason "stopped", when `stop` is through. on_message(topic, payload): what came for
    `Broker.subscriptions`.
    """

    def __init__(self, outbox: Outbox, on_state: Answer, on_message: Answer, loop: Loop) -> None:
        self._outbox = outbox
        self._on_state = on_state
        self._on_message = on_message
        self._loop = loop
        self._resolver = Resolver(loop, self._resolved)
        self._target: "Broker | None" = None  # what is wanted
        self._broker: "Broker | None" = None  # what this attempt or connection was made with
        self._phase = _IDLE
        self._attempt = 0
        self._addresses: "list[bytes]" = []
        self._raw: Part = None
        self._stream: "Stream | None" = None
        self._client_class: Part = None
        self._client: Part = None
        self._waiting: "Message | None" = None  # published, on_publish not yet called
        self._goodbye = False  # `offline` is on its way
        self._up_since = 0
        self._pause_ms = FIRST_PAUSE_MS
        self._timer: "Timer | None" = None
        self._soon: "Timer | None" = None
        self._wanted = ""  # "restart" or "stop", until `_change` looks at it

    def start(self, broker: Broker) -> None:
        """(Re)connect with these settings."""
        self._target = broker
        self._wanted = "restart"
        self._in_a_moment()

    def stop(self) -> None:
        """Send what is queued and `offline`, disconnect; bounded by LEAVE_MS. Then on_state("down", "stopped")."""
        self._target = None
        self._wanted = "stop"
        self._in_a_moment()

    def wake(self) -> None:
        """The outbox has something."""
        if self._phase == _UP:
            self._in_a_moment()

    def reopen(self) -> None:
        """The way to the broker is another one: connect again at once, no pause."""
        if self._target is not None:
            self._wanted = "restart"
            self._in_a_moment()

    # Turns

    def _in_a_moment(self) -> None:
        if self._soon is None:
            self._soon = self._loop.at(self._loop.now(), self._turn)

    def _turn(self) -> None:
        self._soon = None
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self._pause_ms = FIRST_PAUSE_MS
            self._change()
        elif self._client is not None:
            self._progress()

    def _change(self) -> None:
        """start, stop or reopen was called: leave an accepted connection in order, drop anything less."""
        target, broker = self._target, self._broker
        if self._phase == _LEAVING:
            return  # `_left` looks at what is wanted by then
        if self._phase != _UP or broker is None:
            self._left()
        elif target is None or (target.host, target.port) != (broker.host, broker.port):
            # A broker that we leave for another must not go on telling that we are online.
            self._phase = _LEAVING
            self._goodbye = False
            self._arm(LEAVE_MS, self._left)
            self._progress()
        else:
            self._left()
            self._on_state("down", "reconnecting")

    def _left(self) -> None:
        """Nothing of the old connection is needed any more."""
        was_leaving = self._phase == _LEAVING
        if self._client is not None and self._phase in (_UP, _LEAVING):
            self._client.disconnect()
        elif self._stream is not None and self._phase == _OPENING:
            # The CONNECT may have been accepted already: without this the broker would publish our will (MQTT 3.1.1 3.14).
            try:
                self._stream.send(DISCONNECT)
            except (OSError, ValueError):
                pass  # the connection is dropped in any case
        self._drop()
        if self._target is None:
            self._phase = _IDLE
            self._broker = None
            self._on_state("down", "stopped")
            return
        self._begin()
        if was_leaving:
            self._on_state("down", "reconnecting")

    # From the name to an accepted connection

    def _begin(self) -> None:
        self._broker = self._target
        if self._broker is None:
            return
        try:
            # Here, not in `_open`: compiled from source it takes 20 ms, and the timers get a turn in between.
            from chumicro_mqtt.client import MQTTClient  # type: ignore[import-untyped]
        except ImportError:
            self._failed("the package chumicro-mqtt is not there: install it, or name its folder in MICROPYPATH")
            return
        self._client_class = MQTTClient
        self._attempt += 1
        self._phase = _NAME
        self._arm(STAGE_MS, self._silent)
        self._resolver.resolve(self._attempt, self._broker.host)

    def _resolved(self, id: int, addresses: "list[bytes]") -> None:
        if id != self._attempt or self._phase != _NAME:
            return  # an attempt that was given up
        self._addresses = list(addresses)
        self._dial("name does not resolve")

    def _dial(self, reason: str) -> None:
        """Try the next address; without one the attempt has failed for `reason`."""
        self._drop()
        if not self._addresses or self._broker is None:
            self._failed(reason)
            return
        self._phase = _TCP
        self._arm(STAGE_MS, self._silent)
        address = sockaddr_in(self._addresses.pop(0), self._broker.port)
        self._raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._raw.setblocking(False)
        try:
            self._raw.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                self._dial(why(error))
                return
        self._loop.watch(self._raw, None, lambda: self._connected(address))

    def _connected(self, address: Part) -> None:
        """There is no SO_ERROR here. On Linux a second connect() tells how the first one ended, once."""
        try:
            self._raw.connect(address)
        except OSError as error:
            if error.errno not in (errno.EALREADY, errno.EINPROGRESS):
                self._dial(why(error))
            return
        self._loop.unwatch(self._raw)
        try:
            self._open()
        except Refusal as refusal:
            self._failed(str(refusal))

    def _open(self) -> None:
        """TLS over the connected socket if wanted, and the client over that. Raises Refusal."""
        broker = self._broker
        if broker is None:
            return
        self._stream = stream = Stream(self._raw if not broker.tls else secured(self._raw, broker), broker.tls)
        self._client = client = self._client_class(
            stream,
            client_id=broker.client_id,
            keep_alive_seconds=broker.keepalive_s,
            ack_timeout_seconds=STAGE_MS // 1000,
            publish_retry_max=0,
            username=broker.username or None,
            password=None if broker.password is None else broker.password.reveal(),
            will_topic=broker.will_topic,
            will_message=broker.will_payload,
            will_qos=1,
            will_retain=True,
            rx_buffer_size=_RECEIVE_BYTES,
            when_disconnected="raise",
            ticks=Ticks(self._loop),
        )
        client.on_message = self._on_message
        for topic in broker.subscriptions:
            client.subscribe(topic, 1)
        client.connect()
        self._phase = _OPENING
        self._progress()

    # An open connection

    def _progress(self) -> None:
        """Let the client read, write and look at its clock until nothing moves any more."""
        client, stream = self._client, self._stream
        for _ in range(_TURNS):
            if stream is None or client is not self._client:
                return
            stream.moved = False
            try:
                client.handle(client._ticks.ticks_ms())
            except (OSError, ValueError) as error:
                # The library expects neither from a TLS socket: a ValueError is a certificate that does not verify.
                self._failed(self._told(error))
                return
            if client.state == "failed":
                self._failed(self._failure())
                return
            if client.state == "connected":
                if self._phase == _OPENING:
                    self._accepted()
                self._feed()
            if not stream.moved:
                break
        else:
            self._in_a_moment()
        if client is self._client:
            self._watch_on()

    def _accepted(self) -> None:
        self._phase = _UP
        self._up_since = self._loop.now()
        self._waiting = None
        self._outbox.reset_inflight()
        self._on_state("up", "")

    def _feed(self) -> None:
        """One message at a time: order is kept for certain, and after a loss at most one goes twice."""
        if self._waiting is not None or self._phase not in (_UP, _LEAVING):
            return
        message = self._outbox.peek() if self._phase == _UP or self._target is None else None
        if message is not None:
            self._outbox.sent(message)
            self._waiting = message
            self._publish(message.topic, message.payload, message.qos, message.retain, self._published)
        elif self._phase == _LEAVING and not self._goodbye and self._broker is not None:
            self._goodbye = True
            self._publish(self._broker.will_topic, self._broker.will_payload, 1, True, self._parted)

    def _publish(self, topic: str, payload: bytes, qos: int, retain: bool, then: Answer) -> None:
        self._client.publish(topic, payload, qos=qos, retain=retain, on_publish=then)
        if self._stream is not None:
            self._stream.moved = True  # there is something to send: another turn

    def _published(self, topic: str, payload: bytes) -> None:
        message, self._waiting = self._waiting, None
        if message is not None:
            self._outbox.done(message)

    def _parted(self, topic: str, payload: bytes) -> None:
        # Called from inside the client's handle: it is closed a moment later.
        self._arm(0, self._left)

    def _watch_on(self) -> None:
        """Say what to be called for, and when at the latest."""
        client, stream = self._client, self._stream
        if client is None or stream is None:
            return
        # While TLS shakes hands the CONNECT can't leave, though the socket could take bytes: watching for that would spin.
        shaking = stream.tls and self._phase == _OPENING
        blocked = client.io_interest(0) & 2 and not shaking
        self._loop.watch(self._raw, self._progress, self._progress if blocked else None)
        if self._phase == _LEAVING:
            return  # its timer stands
        ticks = client._ticks
        due = client.next_deadline(ticks.ticks_ms())
        wait = STAGE_MS if due is None else max(ticks.ticks_diff(due, ticks.ticks_ms()), 0)
        self._arm(min(wait, _HANDSHAKE_MS) if shaking else wait, self._progress)

    # Ends

    def _silent(self) -> None:
        reason = _SILENCES.get(self._phase, "no answer within 10 s")
        if self._phase == _TCP:
            self._dial(reason)
        else:
            self._failed(reason)

    def _failure(self) -> str:
        """Why the client gave up."""
        error, stream = self._client.last_error, self._stream
        code = getattr(error, "return_code", None)
        if code is not None:
            return CONNACK_REASONS.get(code, "refused by the broker, code " + str(code))
        if stream is not None and stream.fault is not None:
            return self._told(stream.fault)
        text = str(error)
        if "closed connection" in text:
            return "connection closed by the broker"
        if "connack" in text:
            if stream is not None and stream.tls and not stream.spoke:
                return "no answer to the TLS handshake within 10 s"
            return "no answer to the MQTT CONNECT within 10 s"
        return text

    def _told(self, error: Exception) -> str:
        """An exception of the open connection in words."""
        stream = self._stream
        number = error.errno if isinstance(error, OSError) else None
        if stream is not None and stream.tls and not stream.spoke and number in HUNG_UP:
            # mbedTLS does not say which alert it was; where we were still writing, only the hanging up is left to see of it.
            return "TLS: connection closed by the broker; perhaps it demands a client certificate"
        return why(error)

    def _failed(self, reason: str) -> None:
        """The attempt or the connection is over: say it, try again later."""
        was_up, leaving = self._phase == _UP, self._phase == _LEAVING
        self._drop()
        if leaving:
            self._left()
            return
        if was_up and self._loop.now() - self._up_since >= STEADY_MS:
            self._pause_ms = FIRST_PAUSE_MS
        self._phase = _PAUSE
        # Jitter of a quarter, so that a thousand devices don't come back to a restarted broker in the same second.
        noise = os.urandom(2)
        spread = (noise[0] << 8 | noise[1]) * self._pause_ms // 131072
        self._arm(self._pause_ms * 3 // 4 + spread, self._begin)
        self._pause_ms = min(self._pause_ms * 2, LONGEST_PAUSE_MS)
        self._on_state("down" if was_up else "refused", reason)

    def _drop(self) -> None:
        """Close whatever is open."""
        self._arm(0, None)
        raw, stream = self._raw, self._stream
        self._raw = self._stream = self._client = self._waiting = None
        if raw is not None:
            self._loop.unwatch(raw)
            if stream is not None:
                stream.close()
            raw.close()

    def _arm(self, wait_ms: int, then: "Callback | None") -> None:
        """The one timer: `then` in wait_ms from now, None = none."""
        if self._timer is not None:
            self._loop.cancel(self._timer)
        self._timer = None if then is None else self._loop.at(self._loop.now() + wait_ms, then)
