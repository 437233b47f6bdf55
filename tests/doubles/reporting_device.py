"""A device that does nothing but report: Reporter, loop and MQTT adapter, on whichever interpreter runs it.

    python -m doubles.reporting_device key=value …

port, host, tls=1, ca=, certificate=, key=, user=, password=: the broker · events=N every=MS: that many events of tunnel `branch`,
one each MS, from `first` (default 300) ms on · reopen=MS, stop=MS: when to call them · ticker: a 5 ms timer runs all the time.
Prints one line for each thing the adapter says, `late N` (worst lateness of the ticker in ms) and `closed` at the end.
"""

import sys

from ezvpn.config.model import Mqtt
from ezvpn.ike.status import TunnelStatus
from ezvpn.log import Ring
from ezvpn.record import Secret
from ezvpn.report.reporter import Reporter
from ezvpn.report.snapshot import Facts

TICK_MS = 5


def say(*words):
    # No flush argument on MicroPython, whose print does not buffer a pipe.
    print(*words)
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


class Device:
    def __init__(self, options):
        self.options = options
        if sys.implementation.name == "micropython":
            from ezvpn.runtime.micropython.loop import Loop
        else:
            from ezvpn.runtime.cpython.loop import Loop
        self.loop = Loop()
        self.ring = Ring()
        self.status = TunnelStatus("branch")
        self.status.peer = "vpn.example.net"
        self.reporter = Reporter("b0075eed", lambda now: [self.status])
        self.adapter = None
        self.number = 0
        self.late = 0
        self.tick_at = 0

    def run(self):
        if sys.implementation.name == "micropython":
            self.loop.at(self.loop.now(), self.begin)
        else:
            self.loop.with_asyncio(self.begin)
        self.loop.run()

    def begin(self):
        if sys.implementation.name == "micropython":
            from ezvpn.runtime.micropython.mqtt import MqttAdapter

            self.adapter = MqttAdapter(self.reporter.outbox, self.on_state, self.on_message, self.loop)
        else:
            from ezvpn.runtime.cpython.mqtt import MqttAdapter

            self.adapter = MqttAdapter(self.reporter.outbox, self.on_state, self.on_message)
        mqtt = Mqtt()
        mqtt.host = self.options.get("host", "127.0.0.1")
        mqtt.port = int(self.options["port"])
        mqtt.tls = "tls" in self.options
        mqtt.ca = self.options.get("ca", "")
        mqtt.certificate = self.options.get("certificate", "")
        mqtt.key = self.options.get("key", "")
        mqtt.username = self.options.get("user", "")
        if "password" in self.options:
            mqtt.password = Secret(self.options["password"])
        mqtt.metrics_interval_s = int(self.options.get("metrics", "0"))
        mqtt.keepalive_s = int(self.options.get("keepalive", "5"))
        now = self.loop.now()
        facts = Facts("unix", "0.1.0", "", "test", "00000000")
        self.reporter.configure(mqtt, "edge1", facts, now)
        self.drain()
        for name, call in (("reopen", self.reopen), ("stop", self.stop)):
            if name in self.options:
                self.loop.at(now + int(self.options[name]), call)
        if "events" in self.options:
            self.loop.at(now + int(self.options.get("first", "300")), self.event)
        if "metrics" in self.options:
            self.loop.at(now + 500, self.timeout)
        if "ticker" in self.options:
            self.tick_at = now + TICK_MS
            self.loop.at(self.tick_at, self.tick)

    def drain(self):
        order = self.reporter.order()
        while order is not None:
            method = {
                "mqtt_start": self.adapter.start,
                "mqtt_stop": self.adapter.stop,
                "mqtt_wake": self.adapter.wake,
                "mqtt_reopen": self.adapter.reopen,
                "store": self.forget,
            }[order.name]
            method(*order.args)
            order = self.reporter.order()

    def forget(self, id, name, data):
        """The record of retained topics is for the next start, and there is none."""

    def on_state(self, what, reason):
        say(what, reason)
        self.reporter.mqtt(what, self.loop.now(), "", reason)
        self.drain()
        if self.reporter.closed:
            say("late", self.late)
            say("closed")
            self.loop.stop()

    def on_message(self, topic, payload):
        say("message", topic, payload)

    def event(self):
        self.number += 1
        now = self.loop.now()
        before, self.status.state = self.status.state, "STATE%d" % self.number  # noqa: UP031
        record = self.ring.add(now, "EZVPN_NOTE", "branch", str(self.number))
        self.reporter.event("branch", record, before, self.status.state, now)
        self.reporter.tunnel_changed(self.status, now)
        self.drain()
        if self.number < int(self.options["events"]):
            self.loop.at(now + int(self.options.get("every", "100")), self.event)

    def timeout(self):
        now = self.loop.now()
        self.reporter.timeout(now)
        self.drain()
        self.loop.at(now + 500, self.timeout)

    def reopen(self):
        self.reporter.route_changed(self.loop.now())
        self.drain()

    def stop(self):
        self.reporter.stop(self.loop.now())
        self.drain()

    def tick(self):
        now = self.loop.now()
        self.late = max(self.late, now - self.tick_at)
        self.tick_at = now + TICK_MS
        self.loop.at(self.tick_at, self.tick)


def main():
    options = {}
    for word in sys.argv[1:]:
        name, _, value = word.partition("=")
        options[name] = value
    Device(options).run()


if __name__ == "__main__":
    main()
