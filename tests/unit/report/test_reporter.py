"""The reporter: births, duplicates, rates, names that change. Time is a number."""

import json

from doubles.tunnels import active, idle
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.config.model import Mqtt
from ezvpn.log import Ring
from ezvpn.record import Secret
from ezvpn.report.reporter import Reporter
from ezvpn.report.snapshot import Facts

T0 = 2**30 - 5000  # where small integers end on a 32-bit device
FACTS = Facts("unix", "0.1.0", "", "test", "9f3c")


def settings(**changes):
    mqtt = Mqtt()
    mqtt.host = "mq.example.net"
    mqtt.username = "edge"
    mqtt.password = Secret("hunter2")
    for name, value in changes.items():
        setattr(mqtt, name, value)
    return mqtt


class Bench:
    """A reporter, its tunnels, and a broker that acknowledges all."""

    def __init__(self, *tunnels):
        self.tunnels = list(tunnels)
        self.reporter = Reporter("b0075eed", lambda now: self.tunnels)
        self.ring = Ring()

    def configured(self, mqtt=None, hostname="edge1", facts=FACTS, now=T0):
        self.reporter.configure(mqtt or settings(), hostname, facts, now)
        return self

    def up(self, now=T0):
        self.reporter.mqtt("up", now)
        return self

    def orders(self):
        orders = []
        while (order := self.reporter.order()) is not None:
            orders.append(order)
        return orders

    def names(self):
        return [order.name for order in self.orders()]

    def event(self, now, text="x", name="branch"):
        record = self.ring.add(now, "EZVPN_NOTE", name, text)
        self.reporter.event(name, record, "IDLE", "IDLE", now)

    def said(self):
        """(topic without the device, payload) of all that goes out now."""
        said = []
        box = self.reporter.outbox
        while (message := box.peek()) is not None:
            box.sent(message)
            box.done(message)
            said.append((message.topic, message.payload))
        return said

    def topics(self):
        return [topic for topic, _ in self.said()]


def test_without_a_broker_nothing_happens():
    bench = Bench(idle())
    bench.reporter.configure(None, "edge1", FACTS, T0)
    bench.reporter.tunnel_changed(idle(), T0)
    bench.event(T0)
    assert bench.orders() == []
    assert bench.said() == []
    assert bench.reporter.deadline() is None


def test_a_broker_line_starts_the_adapter_with_the_will():
    bench = Bench().configured()
    (order,) = bench.orders()
    assert order.name == "mqtt_start"
    broker = order.args[0]
    assert (broker.host, broker.port, broker.client_id) == ("mq.example.net", 1883, "edge1")
    assert (broker.will_topic, broker.will_payload) == ("ezvpn/edge1/status", b"offline")
    assert broker.password.reveal() == b"hunter2"


def test_the_order_after_a_connect_is_birth_info_states_events():
    bench = Bench(idle("a"), active("b")).configured()
    bench.event(T0 + 1, name="a")
    bench.event(T0 + 2, name="b")
    bench.up(T0 + 3)
    assert bench.topics() == [
        "ezvpn/edge1/status",
        "ezvpn/edge1/info",
        "ezvpn/edge1/tunnel/a/state",
        "ezvpn/edge1/tunnel/b/state",
        "ezvpn/edge1/tunnel/a/event",
        "ezvpn/edge1/tunnel/b/event",
    ]


def test_the_birth_is_said_again_after_every_reconnect():
    bench = Bench(idle()).configured().up()
    bench.said()
    bench.reporter.mqtt("down", T0 + 10, "", "connection closed by the broker")
    bench.event(T0 + 20)
    bench.up(T0 + 30)
    said = bench.said()
    assert said[0] == ("ezvpn/edge1/status", b"online")
    assert [topic.rsplit("/", 1)[1] for topic, _ in said] == ["status", "info", "state", "event"]


def test_a_state_that_says_nothing_new_is_not_published():
    bench = Bench(active()).configured().up()
    bench.said()
    later = active()
    later.children[0].packets_in += 100
    later.phase1.remaining_s -= 30
    bench.reporter.tunnel_changed(later, T0 + 30000)
    assert bench.said() == []
    later.state = "CONNECT_REQUIRED"
    bench.reporter.tunnel_changed(later, T0 + 30001)
    assert bench.topics() == ["ezvpn/edge1/tunnel/branch/state"]


def test_the_snapshot_names_the_last_event_that_it_includes():
    bench = Bench(idle()).configured().up()
    bench.said()
    bench.event(T0 + 1)
    bench.event(T0 + 2)
    status = idle()
    status.state = "CONNECT_REQUIRED"
    bench.reporter.tunnel_changed(status, T0 + 3)
    state, first, second = [json.loads(payload) for _, payload in bench.said()]
    assert (first["seq"], second["seq"], state["seq"]) == (1, 2, 2)


def test_a_flapping_tunnel_is_no_storm_and_what_is_suppressed_shows_as_a_gap():
    bench = Bench(idle()).configured().up()
    bench.said()
    for number in range(100):
        bench.event(T0 + number)
    assert len(bench.topics()) == 30
    assert bench.reporter.suppressed_events == 70
    bench.event(T0 + 5000)  # one token has grown
    bench.event(T0 + 5001)
    ((_, payload),) = bench.said()
    assert json.loads(payload)["seq"] == 101


def test_states_are_merged_when_they_come_too_fast_and_the_newest_always_goes_out():
    bench = Bench(idle()).configured().up()
    bench.said()
    published = 0
    for number in range(50):
        status = idle()
        status.state = f"STATE{number}"
        bench.reporter.tunnel_changed(status, T0 + number)
        published += len(bench.said())
    assert published == 9  # ten tokens, one went with the birth
    at = bench.reporter.deadline()
    assert at == T0 + 1000
    bench.reporter.timeout(at - 1)
    assert bench.said() == []
    bench.reporter.timeout(at)
    ((_, payload),) = bench.said()
    assert json.loads(payload)["state"] == "STATE49"


def test_metrics_come_at_their_interval_only_while_connected():
    bench = Bench(active()).configured(settings(metrics_interval_s=30))
    assert bench.reporter.deadline() is None
    bench.up(T0)
    bench.said()
    assert bench.reporter.deadline() == T0 + 30000
    bench.reporter.timeout(T0 + 29999)
    assert bench.said() == []
    bench.reporter.timeout(T0 + 30000)
    bench.reporter.timeout(T0 + 30000)
    assert bench.topics() == ["ezvpn/edge1/tunnel/branch/metrics"]
    bench.reporter.mqtt("down", T0 + 31000, "", "gone")
    assert bench.reporter.deadline() is None


def test_interval_zero_means_no_metrics():
    bench = Bench(active()).configured(settings(metrics_interval_s=0)).up()
    assert bench.reporter.deadline() is None


def test_events_queued_before_the_clock_was_set_carry_the_right_time():
    bench = Bench(idle()).configured()
    bench.event(T0 + 100)
    bench.reporter.clock(1790000000000, True, T0 + 5000)
    bench.up(T0 + 6000)
    said = [json.loads(payload) for _, payload in bench.said()[2:]]
    assert (said[0]["ts"], said[0]["up_ms"]) == (1790000001000, T0 + 6000)
    assert (said[1]["ts"], said[1]["up_ms"]) == (1790000000000 - 4900, T0 + 100)


def test_a_clock_nobody_trusts_gives_null():
    bench = Bench(idle()).configured()
    bench.reporter.clock(1000, False, T0)
    bench.up(T0)
    assert json.loads(bench.said()[2][1])["ts"] is None


def test_a_new_name_clears_the_old_retained_topics_first():
    bench = Bench(idle("a")).configured().up()
    bench.said()
    bench.orders()
    bench.configured(hostname="edge2", now=T0 + 10)
    (order,) = [order for order in bench.orders() if order.name != "mqtt_wake"]
    assert order.name == "mqtt_start"
    assert order.args[0].will_topic == "ezvpn/edge2/status"
    bench.reporter.mqtt("down", T0 + 11, "", "reconnecting")
    bench.up(T0 + 12)
    said = bench.said()
    assert said[:3] == [
        ("ezvpn/edge1/status", b""),
        ("ezvpn/edge1/info", b""),
        ("ezvpn/edge1/tunnel/a/state", b""),
    ]
    assert [topic for topic, _ in said[3:]] == [
        "ezvpn/edge2/status",
        "ezvpn/edge2/info",
        "ezvpn/edge2/tunnel/a/state",
    ]


def test_a_client_id_keeps_the_name_whatever_the_host_is_called():
    bench = Bench().configured(settings(client_id="box/7"))
    bench.orders()
    bench.configured(settings(client_id="box/7"), hostname="other")
    assert bench.orders() == []
    bench.up()
    assert bench.topics()[0] == "ezvpn/box_7/status"


def test_a_tunnel_that_leaves_the_configuration_takes_its_retained_state_along():
    bench = Bench(idle("a")).configured().up()
    bench.said()
    bench.reporter.tunnel_removed("a", T0 + 1)
    assert bench.said() == [("ezvpn/edge1/tunnel/a/state", b"")]


class TestRecord:
    """What is retained at the broker is written down, so that a later run clears what nobody fills any more."""

    def stored(self, bench):
        return [order.args[2].decode().split("\n") for order in bench.orders() if order.name == "store"]

    def test_written_once_connected_and_when_tunnels_come_and_go(self):
        bench = Bench(idle("a")).configured()
        assert self.stored(bench) == []
        bench.up()
        assert self.stored(bench) == [["ezvpn/edge1/status", "ezvpn/edge1/info", "ezvpn/edge1/tunnel/a/state"]]
        bench.reporter.mqtt("down", T0 + 1, "", "lost")
        bench.up()
        assert self.stored(bench) == [], "nothing changed"
        bench.reporter.tunnel_changed(idle("b"), T0 + 2)
        assert self.stored(bench)[0][-1] == "ezvpn/edge1/tunnel/b/state"
        bench.reporter.tunnel_removed("b", T0 + 3)
        assert self.stored(bench)[0][-1] == "ezvpn/edge1/tunnel/a/state"

    def test_what_an_earlier_run_left_is_cleared(self):
        # the tunnel `gone` was taken out of the configuration, and the host renamed, while no agent ran
        bench = Bench(idle("a")).configured()
        bench.reporter.recall(b"ezvpn/old/status\nezvpn/edge1/tunnel/gone/state\nezvpn/edge1/tunnel/a/state\n\n")
        bench.up()
        said = bench.said()
        assert said[:2] == [("ezvpn/old/status", b""), ("ezvpn/edge1/tunnel/gone/state", b"")]
        assert ("ezvpn/edge1/tunnel/a/state", b"") not in said
        assert len(self.stored(bench)) == 1

    def test_a_torn_record_names_nothing(self):
        bench = Bench().configured()
        bench.reporter.recall(b"\xff\xfe")
        bench.up()
        assert b"" not in [payload for _, payload in bench.said()]


def test_the_same_settings_again_don_t_disturb_the_connection():
    bench = Bench(idle()).configured().up()
    bench.orders()
    bench.said()
    bench.configured()
    assert bench.orders() == []
    assert bench.said() == []


def test_a_new_configuration_hash_is_published_without_reconnecting():
    bench = Bench(idle()).configured().up()
    bench.orders()
    bench.said()
    bench.configured(facts=Facts("unix", "0.1.0", "", "test", "0001"))
    assert bench.names() == ["mqtt_wake"]
    assert bench.topics() == ["ezvpn/edge1/info"]


def test_another_password_reconnects():
    bench = Bench().configured()
    bench.orders()
    bench.configured(settings(password=Secret("other")))
    assert bench.names() == ["mqtt_start"]


def test_removing_the_block_stops_the_adapter():
    bench = Bench(idle()).configured().up()
    bench.orders()
    bench.reporter.configure(None, "edge1", FACTS, T0 + 1)
    assert bench.names() == ["mqtt_stop"]
    assert bench.said() == []


def test_what_the_log_hears_of_the_connection():
    bench = Bench().configured()
    mqtt = bench.reporter.mqtt
    assert mqtt("refused", T0, "", "connection refused") == "no connection to mq.example.net:1883: connection refused"
    assert mqtt("refused", T0 + 1000, "", "connection refused") == ""  # said already
    assert mqtt("refused", T0 + 3000, "", "name does not resolve").endswith("name does not resolve")
    assert mqtt("up", T0 + 4000) == "connected to mq.example.net:1883"
    assert mqtt("down", T0 + 9000, "", "gone") == "connection to mq.example.net:1883 lost: gone"
    assert mqtt("refused", T0 + 9001, "", b"bytes\x07too").endswith("bytes too")


def test_a_wake_is_ordered_once_and_only_while_connected():
    bench = Bench(idle()).configured()
    bench.orders()
    bench.event(T0)
    assert bench.orders() == []
    bench.up()
    bench.event(T0 + 1)
    bench.event(T0 + 2)
    assert [name for name in bench.names() if name != "store"] == ["mqtt_wake"]


def test_another_route_reopens_the_connection():
    bench = Bench().configured()
    bench.orders()
    bench.reporter.route_changed(T0)
    assert bench.names() == ["mqtt_reopen"]


def test_stopping_ends_when_the_adapter_says_so():
    bench = Bench(idle()).configured().up()
    bench.orders()
    bench.reporter.stop(T0 + 1)
    bench.reporter.stop(T0 + 2)
    assert bench.names() == ["mqtt_stop"]
    assert not bench.reporter.closed
    bench.reporter.mqtt("down", T0 + 3, "", "stopped")
    assert bench.reporter.closed


def test_stopping_without_a_broker_is_over_at_once():
    bench = Bench()
    bench.reporter.stop(T0)
    assert bench.reporter.closed


def test_no_output_holds_a_secret():
    bench = Bench(active()).configured().up()
    bench.event(T0 + 1)
    bench.reporter.timeout(T0 + 60000)
    for order in bench.orders():
        assert "hunter2" not in repr(order)
    for _, payload in bench.said():
        assert b"hunter2" not in payload
    assert "hunter2" not in repr(bench.reporter.counters())


@given(st.lists(st.tuples(st.sampled_from("ucrdeat"), st.integers(0, 3000)), max_size=80))
def test_whatever_happens_the_queue_stays_bounded_and_the_last_state_gets_out(steps):
    bench = Bench(idle()).configured()
    now = T0
    for step, wait in steps:
        now += wait
        if step == "u":
            bench.up(now)
        elif step in "dr":
            bench.reporter.mqtt("down" if step == "d" else "refused", now, "", "gone")
            bench.reporter.outbox.reset_inflight()
        elif step == "c":
            bench.tunnels[0] = idle()
            bench.tunnels[0].state = f"AT{now}"
            bench.reporter.tunnel_changed(bench.tunnels[0], now)
        elif step == "e":
            bench.event(now)
        elif step == "a" and (message := bench.reporter.outbox.peek()) is not None:
            bench.reporter.outbox.sent(message)
        elif step == "t":
            bench.reporter.timeout(now)
        bench.orders()
        assert len(bench.reporter.outbox) <= 256
    bench.up(now + 1)
    bench.reporter.timeout(now + 20000)
    states = [payload for topic, payload in bench.said() if topic.endswith("/state")]
    assert json.loads(states[-1])["state"] == bench.tunnels[0].state
