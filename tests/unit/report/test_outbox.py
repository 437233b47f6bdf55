"""The outbox: order, bounds, what is dropped, delivery again after a loss."""

from hypothesis import given
from hypothesis import strategies as st

from ezvpn.report.outbox import BIRTH, CLEAR, EVENT, INFO, METRICS, STATE, Draft, Outbox


def connected(**bounds):
    outbox = Outbox(**bounds)
    outbox.set_connected(True)
    return outbox


def deliver(outbox, acknowledge=True):
    """Send everything; what was said, in order."""
    said = []
    while (message := outbox.peek()) is not None:
        outbox.sent(message)
        if acknowledge:
            outbox.done(message)
        said.append((message.topic, message.payload))
    return said


def test_the_order_of_publishing_is_clears_birth_info_states_events_metrics():
    outbox = connected()
    outbox.put(METRICS, "m", b"1")
    outbox.put(EVENT, "e", b"1")
    outbox.put(STATE, "s", b"1")
    outbox.put(INFO, "i", b"1")
    outbox.put(BIRTH, "b", b"1")
    outbox.put(CLEAR, "c", b"")
    outbox.put(EVENT, "e", b"2")
    assert [topic for topic, _ in deliver(outbox)] == ["c", "b", "i", "s", "e", "e", "m"]


def test_qos_and_retain_follow_from_the_lane():
    outbox = connected()
    flags = {}
    for lane in (CLEAR, BIRTH, INFO, STATE, EVENT, METRICS):
        outbox.put(lane, "t", b"x")
        message = outbox.peek()
        flags[lane] = (message.qos, message.retain)
        outbox.sent(message)
        outbox.done(message)
    assert flags == {
        CLEAR: (1, True),
        BIRTH: (1, True),
        INFO: (1, True),
        STATE: (1, True),
        EVENT: (1, False),
        METRICS: (0, False),
    }


def test_a_newer_state_takes_the_place_of_one_that_waits():
    outbox = Outbox()
    outbox.put(STATE, "s/a", b"old")
    outbox.put(STATE, "s/b", b"b")
    outbox.put(STATE, "s/a", b"new")
    assert outbox.replaced == 1
    assert deliver(outbox) == [("s/a", b"new"), ("s/b", b"b")]


def test_peeking_twice_shows_the_same_message():
    outbox = Outbox()
    outbox.put(EVENT, "e", b"1")
    assert outbox.peek() is outbox.peek()


def test_the_oldest_event_goes_when_there_are_too_many_and_is_counted():
    outbox = Outbox(max_messages=3)
    for number in range(5):
        outbox.put(EVENT, "e", b"%d" % number)
    assert outbox.dropped_events == 2
    assert [payload for _, payload in deliver(outbox)] == [b"2", b"3", b"4"]


def test_bytes_are_bounded_too():
    outbox = Outbox(max_bytes=100)
    for _ in range(20):
        outbox.put(EVENT, "e", bytes(29))
    assert len(outbox) == 3
    assert outbox.bytes == 90
    assert outbox.dropped_events == 17


def test_a_message_larger_than_everything_is_refused_and_drops_nothing_else():
    outbox = Outbox(max_bytes=100)
    outbox.put(EVENT, "e", b"1")
    assert not outbox.put(EVENT, "e", bytes(200))
    assert len(outbox) == 1
    assert outbox.dropped_events == 1


def test_a_state_finds_room_by_dropping_events_never_the_other_way_round():
    outbox = Outbox(max_messages=2)
    outbox.put(EVENT, "e", b"1")
    outbox.put(STATE, "s/a", b"")
    outbox.put(STATE, "s/b", b"")
    assert not outbox.put(EVENT, "e", b"2")
    assert [topic for topic, _ in deliver(outbox)] == ["s/a", "s/b"]
    assert outbox.dropped_events == 2


def test_metrics_give_way_before_events():
    outbox = connected(max_messages=2)
    outbox.put(METRICS, "m", b"1")
    outbox.put(EVENT, "e", b"1")
    outbox.put(EVENT, "e", b"2")
    assert (outbox.dropped_metrics, outbox.dropped_events) == (1, 0)


def test_metrics_are_worth_nothing_without_a_connection():
    outbox = connected()
    outbox.put(METRICS, "m", b"1")
    outbox.set_connected(False)
    assert not outbox.put(METRICS, "m", b"2")
    assert outbox.dropped_metrics == 2
    assert outbox.peek() is None
    assert outbox.bytes == 0


def test_qos_1_is_held_until_it_is_acknowledged():
    outbox = Outbox()
    outbox.put(EVENT, "e", b"1")
    message = outbox.peek()
    outbox.sent(message)
    assert outbox.peek() is None
    assert len(outbox) == 1
    outbox.done(message)
    outbox.done(message)  # a repeated PUBACK
    assert len(outbox) == 0
    assert (outbox.sent_count, outbox.acknowledged) == (1, 1)


def test_what_was_not_acknowledged_goes_again_first_and_in_order():
    """e1 -->  <-- PUBACK 1,  e2 -->  e3 -->  (connection lost)  e2 --> e3 --> e4 -->"""
    outbox = Outbox()
    for number in b"1234":
        outbox.put(EVENT, "e", bytes([number]))
    for number in b"123":
        message = outbox.peek()
        outbox.sent(message)
        if number == ord("1"):
            outbox.done(message)
    outbox.reset_inflight()
    assert outbox.resent == 2
    assert [payload for _, payload in deliver(outbox)] == [b"2", b"3", b"4"]


def test_a_state_in_flight_does_not_come_back_when_a_newer_one_waits():
    outbox = Outbox()
    outbox.put(STATE, "s", b"old")
    outbox.sent(outbox.peek())
    outbox.put(STATE, "s", b"new")
    outbox.reset_inflight()
    assert deliver(outbox) == [("s", b"new")]
    assert outbox.bytes == 0


def test_a_topic_that_is_given_up_is_forgotten_in_flight_or_not():
    outbox = Outbox()
    outbox.put(STATE, "old/s", b"1")
    outbox.sent(outbox.peek())
    outbox.put(STATE, "old/s", b"2")
    outbox.forget("old/s")
    outbox.put(CLEAR, "old/s", b"")
    outbox.reset_inflight()
    assert deliver(outbox) == [("old/s", b"")]
    assert outbox.bytes == 0


def test_a_message_dropped_while_it_is_handed_over_is_no_trouble():
    outbox = Outbox()
    outbox.put(EVENT, "e", b"1")
    message = outbox.peek()
    outbox.clear()
    outbox.sent(message)
    outbox.done(message)
    assert len(outbox) == 0
    assert outbox.sent_count == 0


def test_a_draft_is_rendered_when_it_is_about_to_be_sent():
    class Clock(Draft):
        time = b"unknown"

        def payload(self):
            return self.time

    draft = Clock()
    outbox = Outbox()
    outbox.put(EVENT, "e", draft.payload(), draft)
    draft.time = b"noon"
    assert deliver(outbox) == [("e", b"noon")]
    assert outbox.bytes == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([CLEAR, BIRTH, INFO, STATE, EVENT, METRICS]), st.integers(0, 3), st.integers(0, 40)),
        st.sampled_from(["send", "ack", "lose", "up", "down", "forget"]),
    ),
    max_size=60,
)


@given(STEPS)
def test_the_bounds_hold_and_events_stay_in_order_whatever_happens(steps):
    outbox = Outbox(max_messages=6, max_bytes=120)
    inflight, delivered, numbers = [], [], 0
    for step in steps:
        if isinstance(step, tuple):
            lane, topic, size = step
            numbers += 1
            outbox.put(lane, f"t{topic}", b"%03d" % numbers + bytes(size))
        elif step == "send" and (message := outbox.peek()) is not None:
            outbox.sent(message)
            if message.qos:
                inflight.append(message)
        elif step == "ack" and inflight:
            message = inflight.pop(0)
            outbox.done(message)
            if message.lane == EVENT:
                delivered.append(message.payload[:3])
        elif step == "lose":
            inflight = []
            outbox.reset_inflight()
        elif step in ("up", "down"):
            outbox.set_connected(step == "up")
        elif step == "forget":
            outbox.forget("t1")
        assert len(outbox) <= 6
        assert 0 <= outbox.bytes <= 120
    assert delivered == sorted(delivered)
    outbox.reset_inflight()
    deliver(outbox)
    assert (len(outbox), outbox.bytes) == (0, 0)
