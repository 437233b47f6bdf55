"""XAUTH as message diagrams: who is asked, what is offered again and when, what a rejection leaves behind."""

import pytest

from ezvpn.record import Secret

from .scene import NEXT_PIN, PASSCODE, PASSWORD, USER_NAME, Scene, settings


def test_a_rejected_user_is_one_message_and_an_hour_of_silence():
    s = Scene()
    s.phase1_up(1)
    s.asks(1)
    s.result(1, False, "Access denied")
    s.down(1, "xauth-failed", "xauth")
    assert s.state == "XAUTH_REQ"
    assert s.sentences() == [
        "gateway 10.2.80.209 rejected user alice: check the user name and password, change `username` "
        "or type `crypto ipsec client ezvpn xauth` (the gateway says: Access denied)"
    ]
    assert s.wait() == 3600000
    s.later(3599999)
    assert len(s.connects()) == 1
    s.later(1)
    assert len(s.connects()) == 2
    # one offer, then pauses that grow up to a day
    pauses = []
    for session in range(2, 8):
        s.phase1_up(session)
        s.asks(session)
        s.result(session, False)
        pauses.append(s.wait() // 3600000)
        s.later(s.wait())
    assert pauses == [2, 4, 8, 16, 24, 24]


def test_never_means_never():
    s = Scene(settings(xauth_retry_minutes=None))
    s.phase1_up(1)
    s.asks(1)
    s.result(1, False)
    assert s.tunnel.deadline() is None
    assert s.tunnel.status(s.now).xauth_prompt


@pytest.mark.parametrize("mode", ["local", "interactive"])
def test_the_same_question_again_is_refused_not_repeated(mode):
    s = Scene(settings(xauth_mode=mode))
    s.phase1_up(1)
    s.asks(1)
    s.endpoint.take_calls()
    s.asks(1, round=2)
    assert s.endpoint.take_calls() == [("refuse_xauth", 1), ("close", 1)]
    assert s.state == "XAUTH_REQ"
    assert s.wait() == 3600000


@pytest.mark.parametrize("end", ["connect", "clear", "xauth", "configuration"])
def test_what_ends_the_hold(end):
    s = Scene()
    s.phase1_up(1)
    s.asks(1)
    s.result(1, False)
    if end == "connect":
        s.tunnel.connect(s.now)
    elif end == "clear":
        s.tunnel.clear(s.now)
    elif end == "xauth":
        assert s.tunnel.answer_xauth([(USER_NAME, "bob"), (PASSWORD, Secret("typed"))], s.now) == ""
    else:
        s.tunnel.configure(settings(password=Secret("another")), False, s.now)
    assert s.connects()[-1] == ("connect", 2, 14)
    s.phase1_up(2)
    s.asks(2)
    answers = [call[2] for call in s.endpoint.calls if call[0] == "answer_xauth"]
    if end == "xauth":
        assert answers[-1] == [(USER_NAME, "bob"), (PASSWORD, "typed")]
    else:
        assert len(answers) == 2


def test_other_changes_of_the_configuration_do_not_offer_the_wrong_password_again():
    s = Scene()
    s.phase1_up(1)
    s.asks(1)
    s.result(1, False)
    s.tunnel.configure(settings(), False, s.now)
    s.tunnel.interface(False, s.now)
    s.tunnel.interface(True, s.now)
    s.tunnel.hurry(s.now)
    assert len(s.connects()) == 1
    assert s.state == "XAUTH_REQ"


def test_a_human_is_asked_and_reminded():
    s = Scene(settings(username="", password=None))
    s.phase1_up(1)
    s.asks(1, message="Enter your user name")
    assert s.state == "XAUTH_PROMPT"
    assert s.tunnel.status(s.now).xauth_prompt == "Enter your user name"
    s.later(25000)
    assert s.said("EZVPN_XAUTH") == [("ez",)] * 3
    assert s.tunnel.prompt().fields == (USER_NAME, PASSWORD)
    s.tunnel.answer_xauth([(USER_NAME, "bob"), (PASSWORD, Secret("typed"))], s.now)
    assert s.state == "XAUTH_REPLIED"
    s.later(30000)
    assert len(s.said("EZVPN_XAUTH")) == 3
    assert s.tunnel.answer_xauth([], s.now) == "no XAUTH request is pending"


def test_a_passcode_is_asked_of_a_human_after_the_stored_pair():
    s = Scene()
    s.phase1_up(1)
    s.asks(1)
    s.asks(1, fields=(PASSCODE,), message="token")
    assert s.state == "XAUTH_PROMPT"
    s.tunnel.answer_xauth([(PASSCODE, Secret("123456"))], s.now)
    assert s.endpoint.calls[-1] == ("answer_xauth", 1, [(PASSCODE, "123456")])


def test_mode_local_asks_nobody():
    s = Scene(settings(xauth_mode="local"))
    s.phase1_up(1)
    s.endpoint.take_calls()
    s.asks(1, fields=(NEXT_PIN,), message="new PIN")
    assert s.endpoint.take_calls() == [("refuse_xauth", 1), ("close", 1)]


def test_chap_is_refused():
    s = Scene()
    s.phase1_up(1)
    s.asks(1, kind=1)
    assert ("refuse_xauth", 1) in s.endpoint.calls


def test_asked_again_while_up_the_accepted_pair_is_given_again():
    s = Scene()
    s.up()
    s.asks(1)
    assert s.state == "IPSEC_ACTIVE"
    assert s.endpoint.calls[-1][0] == "answer_xauth"
    s.result(1, True)
    s.later(3600000)
    assert s.state == "IPSEC_ACTIVE"
