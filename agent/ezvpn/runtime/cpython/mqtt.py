"""The connection to the broker on CPython: aiomqtt as one long coroutine beside the loop.

Level 4. Belongs here: back-off, CONNECT, handing the outbox over message by message, saying up, down and refused with a
reason for a human. Not here: what is published and when (`report/`), the socket (`mqtt_wire`). MQTT 3.1.1 (OASIS).

The socket is connected before paho sees it: paho's own TCP connect and TLS handshake run in a thread that a silent broker holds
for a whole keepalive time, and that the interpreter waits for at exit. aiomqtt itself is imported in the thread that looks the
name up: it takes 40 ms, and longer on a gateway.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ezvpn.report.outbox import Outbox
from ezvpn.report.topics import Broker
from ezvpn.runtime.cpython.mqtt_wire import STAGE_S, Prepared, Refusal, Wire, in_daemon, open_wire, prepare

if TYPE_CHECKING:
    import aiomqtt

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 10.0  # a connection that lived this long was a good one: the pauses start again at the first
DRAIN_S = 1.5  # leaving: what is queued, then
FAREWELL_S = 0.5  # `offline`, then DISCONNECT; together below the 3 s in which the agent exits
MAX_INBOUND = 64  # messages; what comes beyond is dropped by aiomqtt

# CONNACK return codes (MQTT 3.1.1 3.2.2.3) as paho 2 numbers them -> what a human reads.
CONNACK_REASONS = {
    133: "client-id refused",
    134: "bad user name or password",
    135: "not authorised",
    136: "server unavailable",
}

# What aiomqtt and paho say when they give a connection up -> what a human reads.
GIVEN_UP = (
    ("timed out", "no acknowledgement from the broker in time"),
    ("Keep alive", "no answer to the keepalive"),
)

OnState = Callable[[str, str], None]  # ("up" | "down" | "refused", reason)
OnMessage = Callable[[str, bytes], None]  # (topic, payload)

T = TypeVar("T")


class MqttAdapter:
    """`start`, `stop`, `wake` and `reopen` return at once and call nobody back from inside.

    on_state: "up" once the broker accepted us, "refused" for each failed attempt, "down" when an accepted connection ended
    and, with the reason "stopped", when `stop` is through. on_message: what came for `Broker.subscriptions`.
    """

    def __init__(self, outbox: Outbox, on_state: OnState, on_message: OnMessage) -> None:
        self._outbox = outbox
        self._on_state = on_state
        self._on_message = on_message
        self._broker: Broker | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()  # start, stop or reopen was called
        self._woken = asyncio.Event()
        self._leaving = False
        self._preparing: tuple[Broker, asyncio.Future[Any]] | None = None

    def start(self, broker: Broker) -> None:
        """(Re)connect with these settings. Needs the running loop."""
        self._broker = broker
        self._changed.set()
        if self._task is None or self._task.done():
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._run())
            self._task.add_done_callback(_complain)

    def stop(self) -> None:
        """Send what is queued and `offline`, disconnect; bounded by DRAIN_S + FAREWELL_S. Then on_state("down", "stopped")."""
        self._broker = None
        self._changed.set()
        if self._task is None or self._task.done():
            asyncio.get_running_loop().call_soon(self._on_state, "down", "stopped")

    def wake(self) -> None:
        """The outbox has something."""
        self._woken.set()

    def reopen(self) -> None:
        """The way to the broker is another one: connect again at once, no pause."""
        self._changed.set()

    async def ended(self) -> None:
        """Returns when `stop` is through."""
        if self._task is not None:
            await asyncio.wait({self._task})

    # The one long coroutine

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        while self._broker is not None:
            self._changed.clear()
            began = loop.time()
            try:
                await self._attempt(self._broker)
            except Refusal as refusal:
                self._on_state("refused", str(refusal))
            else:
                if loop.time() - began >= STEADY_S:
                    pause = FIRST_PAUSE_S
            if self._changed.is_set():
                pause = FIRST_PAUSE_S
                continue
            # Jitter, so that a thousand devices don't come back to a restarted broker in the same second.
            await self._wait_changed(pause * random.uniform(0.75, 1.25))
            pause = min(pause * 2, LONGEST_PAUSE_S)
        self._on_state("down", "stopped")

    async def _attempt(self, broker: Broker) -> None:
        """Connect and serve one connection to its end. Raises `Refusal` if it never came up."""
        wire = await self._or_changed(open_wire(broker, self._prepare(broker)))
        if wire is None:
            return
        try:
            client = _client(broker, wire)
            if await self._or_changed(_enter(client, wire)) is None:
                return
            await _subscribe(client, wire, broker)
            self._outbox.reset_inflight()
            self._on_state("up", "")
            reason = await self._serve(client, wire, broker)
            if reason:
                self._on_state("down", reason)
        finally:
            await wire.finish()

    async def _serve(self, client: aiomqtt.Client, wire: "Wire", broker: Broker) -> str:
        """Publish and receive until the connection ends or something else is wanted. Returns the reason, "" when we left
        because of `stop` (then `_run` says so)."""
        self._leaving = False
        writer = asyncio.ensure_future(self._write(client))
        reader = asyncio.ensure_future(self._read(client))
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({writer, reader, changed}, return_when=asyncio.FIRST_COMPLETED)
            if not changed.done():
                return wire.reason() or _first_error(writer, reader)
            target = self._broker
            if target is None:
                self._leaving = True
                self._woken.set()
                await asyncio.wait({writer}, timeout=DRAIN_S)
            # A broker that we leave for another must not go on telling that we are online. At the same broker `offline` would
            # only be noise, and after a change of name it would bring back a topic that is to be cleared.
            if target is None or (target.host, target.port) != (broker.host, broker.port):
                await self._farewell(client, broker)
            await _within(client.__aexit__(None, None, None), FAREWELL_S)
            return "" if target is None else "reconnecting"
        finally:
            for task in (writer, reader, changed):
                task.cancel()
            await asyncio.gather(writer, reader, changed, return_exceptions=True)

    async def _write(self, client: aiomqtt.Client) -> None:
        """One message at a time: order is kept for certain, and after a loss at most one goes twice."""
        while True:
            message = self._outbox.peek()
            if message is not None:
                self._outbox.sent(message)
                await client.publish(message.topic, message.payload, message.qos, message.retain)
                self._outbox.done(message)
            elif self._leaving:
                return
            else:
                self._woken.clear()
                await self._woken.wait()

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload
            self._on_message(str(message.topic), payload if isinstance(payload, bytes) else str(payload).encode())

    async def _farewell(self, client: aiomqtt.Client, broker: Broker) -> None:
        await _within(client.publish(broker.will_topic, broker.will_payload, 1, True), FAREWELL_S)

    # Waiting

    async def _wait_changed(self, seconds: float) -> None:
        await _within(self._changed.wait(), seconds)

    async def _or_changed(self, work: Awaitable[T]) -> T | None:
        """What `work` gives, or None if start, stop or reopen cut it short."""
        task = asyncio.ensure_future(work)
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({task, changed}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            changed.cancel()
            await asyncio.gather(task, changed, return_exceptions=True)

    def _prepare(self, broker: Broker) -> "asyncio.Future[Prepared]":
        """Addresses and TLS context, from the one thread: an attempt finds the answer to which an earlier one had no patience."""
        if self._preparing is None or self._preparing[0] is not broker or self._preparing[1].done():
            self._preparing = (broker, in_daemon(lambda: _prepare(broker)))
        return asyncio.shield(self._preparing[1])


def _prepare(broker: Broker) -> Prepared:
    """Runs in the daemon thread. Raises Refusal."""
    import aiomqtt  # noqa: F401

    return prepare(broker)


def _client(broker: Broker, wire: "Wire") -> aiomqtt.Client:
    """A client over a socket that is connected already."""
    import aiomqtt

    password = None
    if broker.password is not None:
        try:
            password = broker.password.reveal().decode()
        except UnicodeDecodeError:
            raise Refusal("the password is not UTF-8")
    client = aiomqtt.Client(
        broker.host,
        broker.port,
        identifier=broker.client_id,
        username=broker.username or None,
        password=password,
        will=aiomqtt.Will(broker.will_topic, broker.will_payload, 1, True),
        keepalive=broker.keepalive_s,
        timeout=2
        * STAGE_S,  # `_enter` is to notice first, it knows what was waited for; `_subscribe` and `_write` get theirs then
        logger=_silent_logger(),
        max_queued_incoming_messages=MAX_INBOUND,
    )
    # Somebody must have looked at why it ended, else asyncio complains; `Wire` has told it already.
    client._disconnected.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    # paho has no public way to be given a socket; a unit test watches that this one still exists.
    client._client._create_socket = lambda: wire  # type: ignore[method-assign,assignment,return-value]
    return client


def _silent_logger() -> logging.Logger:
    """paho would else print to stderr what `Wire` tells in one word."""
    logger = logging.Logger("ezvpn.mqtt", logging.CRITICAL + 1)
    logger.addHandler(logging.NullHandler())
    return logger


async def _enter(client: aiomqtt.Client, wire: Wire) -> bool:
    """CONNECT and CONNACK. aiomqtt would not notice a connection that ends between the two. Raises Refusal."""
    from aiomqtt.exceptions import MqttConnectError, MqttError
    from paho.mqtt.reasoncodes import ReasonCode

    began = asyncio.get_running_loop().time()
    entering = asyncio.ensure_future(client.__aenter__())
    ended = asyncio.ensure_future(wire.ended.wait())
    entered = False
    try:
        await asyncio.wait({entering, ended}, timeout=STAGE_S, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            # A CONNACK that refuses and the end of the connection come together.
            await asyncio.wait({entering}, timeout=0.1)
        if entering.done():
            entering.result()
            client.timeout = STAGE_S
            entered = True
            return True
        if wire.heard:
            # paho hung up by itself: CONNACK code 1, or something that is no MQTT.
            raise Refusal(wire.reason() or "the broker does not speak MQTT 3.1.1")
        waited = asyncio.get_running_loop().time() - began  # paho waits no longer than the keepalive
        raise Refusal(wire.reason() or f"no answer to the MQTT CONNECT within {waited:.0f} s")
    except MqttConnectError as error:
        code = error.rc.value if isinstance(error.rc, ReasonCode) else error.rc
        raise Refusal(CONNACK_REASONS.get(code or 0, "refused by the broker, code " + str(code)))
    except MqttError as error:
        raise Refusal(wire.reason() or str(error))
    finally:
        if not entered:
            # What is cancelled here aiomqtt would look at when the socket ends, and stumble.
            client._client.on_disconnect = None
        entering.cancel()
        ended.cancel()
        await asyncio.gather(entering, ended, return_exceptions=True)


async def _subscribe(client: aiomqtt.Client, wire: Wire, broker: Broker) -> None:
    from aiomqtt import MqttError

    try:
        for topic in broker.subscriptions:
            await client.subscribe(topic, qos=1)
    except (MqttError, ValueError) as error:
        raise Refusal(wire.reason() or str(error))


def _first_error(*tasks: asyncio.Future[None]) -> str:
    """Why the connection was given up, where the socket itself has nothing to say."""
    for task in tasks:
        error = task.exception() if task.done() and not task.cancelled() else None
        if error is not None:
            text = str(error.__cause__ or error)
            for part, reason in GIVEN_UP:
                if part in text:
                    return reason
            return text
    return "connection lost"


async def _within(work: Awaitable[Any], seconds: float) -> None:
    """Best effort: as far as it comes in this time."""
    from aiomqtt import MqttError

    try:
        await asyncio.wait_for(work, seconds)
    except (TimeoutError, MqttError, OSError):
        pass


def _complain(task: "asyncio.Task[None]") -> None:
    """The coroutine ends by `stop` only; anything else is our bug and must be seen."""
    if not task.cancelled() and task.exception() is not None:
        task.get_loop().call_exception_handler({"message": "the MQTT adapter failed", "exception": task.exception()})
