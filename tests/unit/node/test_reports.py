"""What the reporter hears of the tunnels, and when: with a real core against the practice gateway on a virtual wire."""

from doubles.device import SIX_LINES, World, gateway

from ezvpn.config.text import parse

MQTT = "mqtt\n broker mqtt://203.0.113.9\n client-id dev\n"


def test_the_broker_hears_of_the_tunnel_in_order():
    w = World(gateway())
    w.configure(SIX_LINES + MQTT)
    w.up()
    assert [order[0] for order in w.device.orders if order[0].startswith("mqtt")][0] == "mqtt_start"
    w.call(w.device, w.node.mqtt, "up", w.now)
    topics = []
    while (message := w.node.outbox.peek()) is not None:
        topics.append(message.topic.split("/", 2)[2])
        w.node.outbox.sent(message)
        w.node.outbox.done(message)
    assert topics[:3] == ["status", "info", "tunnel/office/state"]
    assert set(topics[3:]) == {"tunnel/office/event"}


def test_the_connection_is_opened_again_when_the_way_to_the_broker_changes():
    w = World(gateway())  # 203.0.113.0/24 is behind it, and so is the broker
    w.configure(SIX_LINES + MQTT)
    w.up()
    assert w.device.ordered("mqtt_reopen") == [()]
    w.call(w.device, w.node.tunnel("office").clear, w.now)
    w.call(w.device, w.node.after_command, w.now)
    assert w.device.ordered("mqtt_reopen") == [(), ()]


def test_a_broker_elsewhere_is_left_alone():
    w = World(gateway())
    w.configure(SIX_LINES + MQTT.replace("203.0.113.9", "192.0.2.9"))
    w.up()
    assert w.device.ordered("mqtt_reopen") == []


def test_the_first_datagram_does_not_wait_for_the_reports():
    w = World(gateway())
    w.node.apply(parse(SIX_LINES + MQTT).config, w.now)
    buf = bytearray(2048)
    assert w.node.transmit(buf, w.now) > 0
    assert (w.node.reporter.broker, w.node.deadline()) == (None, w.now)
    w.node.timeout(w.now)
    assert w.node.reporter.broker.host == "203.0.113.9"


def test_a_reminder_is_for_the_console_alone():
    w = World(gateway())
    w.configure(SIX_LINES.replace(" username alice password alice-pass\n", "") + MQTT)
    w.run(lambda: w.status.state == "XAUTH_PROMPT")
    w.wait(35000)
    assert len([line for line in w.device.log() if "Pending XAuth Request" in line]) == 4
    w.call(w.device, w.node.mqtt, "up", w.now)
    events = []
    while (message := w.node.outbox.peek()) is not None:
        if message.topic.endswith("/event"):
            events.append(message.payload)
        w.node.outbox.sent(message)
        w.node.outbox.done(message)
    assert len([event for event in events if b"Pending XAuth Request" in event]) == 1
