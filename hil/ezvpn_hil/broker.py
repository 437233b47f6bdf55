"""The embedded broker: amqtt in a process of its own, for a demo on a machine without mosquitto.

    python -m ezvpn_hil.broker --port N [--address A]

Quiet, anonymous, plain MQTT 3.1.1, retained messages in memory. Prints `ready` when it listens, ends on SIGTERM or SIGINT with 0.
Belongs here: running amqtt. Not here: TLS and passwords (use a real mosquitto: `mosquitto`).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import subprocess
import sys
import warnings


class BrokerError(Exception):
    """The broker did not start; the text says why."""


class EmbeddedBroker:
    """The broker as a child process. prefix: command words before the interpreter, such as `ip netns exec NAME`."""

    def __init__(self, port: int, address: str = "127.0.0.1", prefix: tuple[str, ...] = ()) -> None:
        self.port = port
        self._argv = [*prefix, sys.executable, "-m", "ezvpn_hil.broker", "--port", str(port), "--address", address]
        self._child: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it listens. Raises BrokerError."""
        self._child = subprocess.Popen(
            self._argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        assert self._child.stdout is not None and self._child.stderr is not None
        # A child that fails closes its output, so this line always comes to an end.
        if self._child.stdout.readline().strip() != "ready":
            said = self._child.stderr.read()
            self.stop()
            raise BrokerError("the embedded broker did not start: " + said.strip()[-500:])

    def stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()

    def __enter__(self) -> EmbeddedBroker:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


async def serve(address: str, port: int) -> None:
    """Run until SIGTERM or SIGINT."""
    from amqtt.broker import Broker  # type: ignore[import-untyped]

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{address}:{port}", "max_connections": 100}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    print("ready", flush=True)
    await ended.wait()
    # amqtt's shutdown waits for clients that don't go; the process ends anyway.
    try:
        await asyncio.wait_for(broker.shutdown(), 2)
    except TimeoutError:
        pass


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ezvpn_hil.broker", description="A quiet MQTT broker for demo and tests.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address", default="127.0.0.1")
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    try:
        asyncio.run(serve(options.address, options.port))
    except Exception as error:
        print(f"ezvpn_hil.broker: cannot serve {options.address}:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
