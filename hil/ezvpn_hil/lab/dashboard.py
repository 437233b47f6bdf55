"""A subscriber for machines without mosquitto_sub: prints one JSON line a message, as `mosquitto_sub -F %j` does.

Run by path in a namespace: dashboard.py HOST TOPIC
Belongs here: this one subscriber. Not here: reading its lines (`broker.Subscription`).
"""

from __future__ import annotations

import asyncio
import json
import sys

import aiomqtt

RETRY_S = 0.5


def line(topic: str, payload: object, qos: int, retain: bool) -> str:
    text = payload.decode(errors="replace") if isinstance(payload, bytes | bytearray) else ""
    return json.dumps({"topic": topic, "payload": text, "qos": qos, "retain": int(retain)})


async def follow(host: str, topic: str) -> None:
    """For ever; reconnects when the broker goes and comes back."""
    while True:
        try:
            async with aiomqtt.Client(host) as client:
                await client.subscribe(topic, qos=1)
                async for message in client.messages:
                    print(line(str(message.topic), message.payload, message.qos, message.retain), flush=True)
        except aiomqtt.MqttError:
            await asyncio.sleep(RETRY_S)


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], sys.argv[2]))
