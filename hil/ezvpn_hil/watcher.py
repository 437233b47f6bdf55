"""A dashboard in miniature: subscribes and keeps every message, for tests and for the demo's printing.

Belongs here: receiving and remembering. Not here: what the messages mean.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion


class Seen:
    """One message: topic, payload as bytes, whether the broker gave it as retained."""

    def __init__(self, topic: str, payload: bytes, retained: bool) -> None:
        self.topic = topic
        self.payload = payload
        self.retained = retained

    def json(self) -> Any:
        return json.loads(self.payload)

    def line(self) -> str:
        """For printing: `topic (retained): payload`."""
        return f"{self.topic}{' (retained)' if self.retained else ''}: {self.payload.decode(errors='replace')}"

    def __repr__(self) -> str:
        return self.line()


class Watcher:
    """Connects at once, in a thread of its own, and again whenever the connection is lost.

    on_message, if given, is called from that thread for each message. persistent: a client-id whose session the broker keeps, so
    that nothing is missed while the connection is down. At most `limit` messages are kept, the newest.
    """

    def __init__(
        self,
        port: int,
        host: str = "127.0.0.1",
        topic: str = "#",
        on_message: Callable[[Seen], None] | None = None,
        persistent: str = "",
        limit: int = 10000,
    ) -> None:
        self._topic = topic
        self._told = on_message
        self._limit = limit
        self._messages: list[Seen] = []
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=persistent, clean_session=not persistent)
        self._client.reconnect_delay_set(0.1, 1)  # type: ignore[arg-type]
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.connect(host, port, keepalive=60)
        self._client.loop_start()
        if not self._subscribed.wait(10):
            self.close()
            raise TimeoutError(f"the broker at {host}:{port} does not take a subscription")

    def messages(self, topic_end: str = "") -> list[Seen]:
        """All that came so far, in order."""
        with self._changed:
            return [seen for seen in self._messages if seen.topic.endswith(topic_end)]

    def wait(self, topic_end: str, payload: bytes | None = None, count: int = 1, limit_s: float = 10.0) -> list[Seen]:
        """Wait for `count` messages on topics that end so (with this payload, if given); returns all of them. Raises
        TimeoutError that shows what came instead."""

        def found() -> list[Seen]:
            return [s for s in self._messages if s.topic.endswith(topic_end) and payload in (None, s.payload)]

        limit = time.monotonic() + limit_s
        with self._changed:
            while len(found()) < count:
                if not self._changed.wait(max(limit - time.monotonic(), 0)):
                    last = self._messages[-5:]
                    raise TimeoutError(f"{len(found())} of {count} messages on …{topic_end} {payload!r}; last: {last}")
            return found()

    def clear(self) -> None:
        """Forget what came so far."""
        with self._changed:
            self._messages.clear()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _on_connect(self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        client.subscribe(self._topic, qos=1)

    def _on_subscribe(self, client: paho.Client, userdata: Any, mid: int, reasons: Any, properties: Any) -> None:
        self._subscribed.set()

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        seen = Seen(message.topic, bytes(message.payload), bool(message.retain))
        with self._changed:
            self._messages.append(seen)
            del self._messages[: -self._limit]
            self._changed.notify_all()
        if self._told is not None:
            self._told(seen)
