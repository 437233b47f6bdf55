"""A whole device with everything that watches it, while a recorded gateway connects, deletes and connects again: a broker that
comes and goes, a console session that is typed into, commands from `exec`. All of them hear the same from both interpreters.

SOURCE: tests/vectors/node-trace.json, written by tests/pair/test_node_trace.py
"""

import json

from doubles.replay import START, Replay, device
from doubles.transcript import encode

CLIENT = bytes([198, 51, 100, 2])
GATEWAY = bytes([198, 51, 100, 11])
CONSOLE = 7
WALL = 1_795_449_600_000

CONFIG = """hostname edge1
mqtt
 broker mqtt://198.51.100.4
 metrics 60
crypto ipsec client ezvpn office
 connect auto
 group unity key group-secret
 mode client
 peer 198.51.100.11
 username alice password alice-pass
"""
COMMAND = 99
SHOWN = (
    "show crypto ipsec client ezvpn",
    "show crypto isakmp sa detail",
    "show crypto ipsec sa",
    "show crypto ipsec client ezvpn json",
    "show crypto isakmp sa json",
    "show crypto ipsec sa json",
)


class Runtime:
    """What a runtime does with the orders: prints them, and publishes like an MQTT adapter while the broker is there."""

    def __init__(self):
        self.broker = False
        self.attached = False
        self.keep = 0  # acknowledgements that the broker still owes

    def order(self, kind, what):
        if kind != "order":
            return
        name, args = what
        if name == "write":
            print("console", args[0])
            print("\n".join(encode(args[1])))
            return
        if name == "store":
            print(replay.now, "store", args[0], args[1])
            print(args[2].decode())
            return
        if name == "executed":
            print(replay.now, "exec ->", args[1])
            print(args[2])
            return
        print(replay.now, name, args)
        if name == "mqtt_wake":
            self.publish()

    def happens(self, door, *args):
        """A door, then the law."""
        door(*args)
        replay.drain()

    def publish(self):
        outbox = node.outbox
        while self.broker:
            message = outbox.peek()
            if message is None:
                return
            print(replay.now, "publish", message.topic, message.qos, message.retain, message.payload.decode())
            outbox.sent(message)
            if message.qos and self.keep:
                self.keep -= 1
            elif message.qos:
                outbox.done(message)

    def mqtt(self, what, reason=""):
        self.broker = what == "up"
        if self.broker:
            node.outbox.reset_inflight()
        self.happens(node.mqtt, what, replay.now, "", reason.encode())
        self.publish()

    def type(self, text):
        print(replay.now, "typed", text.replace("\r", "/").replace("\x15", "^U"))
        self.happens(node.console, CONSOLE, memoryview(text.encode()), replay.now)

    def ask(self, line):
        print(replay.now, "exec", line)
        self.happens(node.execute, COMMAND, line, replay.now)

    def until(self, ms):
        """Datagrams and deadlines up to `ms` after the start."""
        while received and received[0][0] <= START + ms:
            replay.play([received.pop(0)], replay.now)
        replay.play([], START + ms)


with open("tests/vectors/node-trace.json") as file:
    received = json.loads(file.read())["received"]

node = device(1, (GATEWAY,), CLIENT)
runtime = Runtime()
replay = Replay(node, runtime.order)

node.clock(WALL, False, replay.now)
replay.configure(CONFIG)
runtime.until(5)
runtime.happens(node.console_open, CONSOLE, 80, replay.now)
runtime.type("\r")
runtime.mqtt("refused", "connection refused")
runtime.until(1000)
runtime.mqtt("up")
runtime.type("enable\rterminal monitor\rshow crypto ipsec client ezvpn\rshow cry isa ?")
runtime.type("\x15show clock\r")  # not `show version`, which names the cryptography of each interpreter
for line in SHOWN:
    runtime.ask(line)
runtime.until(200_000)

runtime.happens(node.clock, WALL + 5000, True, replay.now)
runtime.type("configure terminal\rcrypto isakmp keepalive 20\rbanner x\rend\rshow running-config\rwrite memory\r")
runtime.happens(node.stored, CONSOLE, True, replay.now)
runtime.until(590_000)
runtime.mqtt("down", "connection closed by the broker")
runtime.until(700_000)  # deleted by the gateway at 600 s, and up again
# A broker that takes five and acknowledges none of them, is gone, and is back: they come again, in order.
runtime.keep = 5
runtime.mqtt("up")
runtime.mqtt("down", "connection closed by the broker")
runtime.mqtt("up")
for line in SHOWN:
    runtime.ask(line)
runtime.type("show logging\r")
runtime.ask("show no such thing")
runtime.ask("show \xfcml\xe4ut")
runtime.until(900_000)
runtime.happens(node.console_close, CONSOLE, replay.now)
runtime.until(3_000_000)
runtime.happens(node.close, replay.now)
runtime.mqtt("down", "stopped")
print(node.closed, node.deadline(), node.all_counters())
print(node.outbox.counters())
