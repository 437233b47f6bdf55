"""Topic names and connection settings."""

import pytest

from ezvpn.record import Secret
from ezvpn.report.topics import OFFLINE, Broker, Topics, clean, clean_prefix, device_name


def test_the_five_topics_of_a_device():
    topics = Topics("ezvpn", "edge1")
    assert topics.status == "ezvpn/edge1/status"
    assert topics.info == "ezvpn/edge1/info"
    assert topics.state("branch") == "ezvpn/edge1/tunnel/branch/state"
    assert topics.event("branch") == "ezvpn/edge1/tunnel/branch/event"
    assert topics.metrics("branch") == "ezvpn/edge1/tunnel/branch/metrics"


@pytest.mark.parametrize(
    ("name", "level"),
    [("a/b", "a_b"), ("a+b#c d", "a_b_c_d"), ("a\0b\nc", "a_b_c"), ("", "_"), ("CM-10", "CM-10"), ("büro", "büro")],
)
def test_a_level_is_cleaned(name, level):
    assert clean(name) == level


@pytest.mark.parametrize(
    ("prefix", "cleaned"),
    [
        ("ezvpn", "ezvpn"),
        ("site/7", "site/7"),
        ("/a//b/", "a/b"),
        ("a+/#", "a_/_"),
        ("$SYS/x", "_SYS/x"),
        ("/", "ezvpn"),
    ],
)
def test_a_prefix_may_have_levels_but_nothing_a_broker_acts_upon(prefix, cleaned):
    assert clean_prefix(prefix) == cleaned


def test_the_device_is_the_client_id_or_the_hostname():
    assert device_name("c1", "Router") == "c1"
    assert device_name("", "Router") == "Router"


def test_what_must_be_cleared_when_the_name_changes():
    assert Topics("ezvpn", "edge1").retained(["a", "b"]) == [
        "ezvpn/edge1/status",
        "ezvpn/edge1/info",
        "ezvpn/edge1/tunnel/a/state",
        "ezvpn/edge1/tunnel/b/state",
    ]


def broker(password=None):
    made = Broker("mq.example.net", 8883, "edge1", "ezvpn/edge1/status")
    made.password = None if password is None else Secret(password)
    return made


def test_the_will_says_offline_where_the_birth_says_online():
    assert (broker().will_topic, broker().will_payload) == ("ezvpn/edge1/status", OFFLINE)


def test_the_same_settings_read_twice_are_the_same_though_secrets_differ():
    assert broker("pw").same(broker("pw"))
    assert broker().same(broker())
    assert not broker("pw").same(broker("other"))
    assert not broker("pw").same(broker())
    assert not broker().same(None)
    other = broker()
    other.port = 1883
    assert not broker().same(other)


def test_settings_print_without_the_password():
    assert "hunter2" not in repr(broker("hunter2"))
