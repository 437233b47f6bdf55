"""The same tunnels, events and losses give the same bytes in the same order on both interpreters."""

from doubles.tunnels import active, idle

from ezvpn.config.model import Mqtt
from ezvpn.log import Ring
from ezvpn.record import Secret
from ezvpn.report.reporter import Reporter
from ezvpn.report.snapshot import Facts

T0 = 2**30 - 5000


def publish(reporter, acknowledged):
    """Print all that goes out; the first `acknowledged` get their PUBACK."""
    while True:
        message = reporter.outbox.peek()
        if message is None:
            break
        reporter.outbox.sent(message)
        print(message.id, message.qos, message.retain, message.topic, message.payload.decode())
        if acknowledged > 0:
            acknowledged -= 1
            reporter.outbox.done(message)


def orders(reporter):
    while True:
        order = reporter.order()
        if order is None:
            break
        print(order)


def main():
    up = active("branch", T0)
    up.reason = 'gateway "says":\x1b[2J \\ büro'
    tunnels = [idle("CM-10"), up]
    reporter = Reporter("b0075eed", lambda now: tunnels)
    ring = Ring()
    mqtt = Mqtt()
    mqtt.host = "192.0.2.9"
    mqtt.password = Secret("hunter2")
    mqtt.topic_prefix = "site/7+"
    reporter.configure(mqtt, "edge #1", Facts("unix", "0.1.0", "SN1", "any", "9f3c"), T0)
    orders(reporter)
    record = ring.add(T0 + 10, "EZVPN_FAILED", "branch", "the gateway does not answer")
    reporter.event("branch", record, "CONNECT_REQUIRED", "IDLE", T0 + 10, "no-answer", "the gateway does not answer")
    print(reporter.mqtt("refused", T0 + 20, "", "connection refused"))
    print(reporter.mqtt("up", T0 + 30))
    publish(reporter, 2)
    print(reporter.mqtt("down", T0 + 40, "", b"connection closed by the broker"))
    reporter.outbox.reset_inflight()
    reporter.clock(1790000000000, True, T0 + 50)
    print(reporter.mqtt("up", T0 + 60))
    publish(reporter, 99)
    print(reporter.deadline() - T0)
    reporter.timeout(reporter.deadline())
    publish(reporter, 99)
    for number in range(300):
        reporter.event(
            "branch", ring.add(T0 + 70 + number * 6000, "EZVPN_NOTE", "branch", str(number)), "", "", T0 + number * 6000
        )
    reporter.configure(mqtt, "edge2", Facts("unix", "0.1.0", "SN1", "any", "9f3c"), T0 + 80)
    orders(reporter)
    publish(reporter, 99)
    print(reporter.counters())
    reporter.stop(T0 + 90)
    orders(reporter)
    print(reporter.mqtt("down", T0 + 95, "", "stopped"), reporter.closed)


main()
