"""XAUTH as the client sees it: what is asked, what is answered, what is refused (draft-beaulieu-ike-xauth-02 5, 6)."""

import pytest
from doubles.handshake import Handshake
from doubles.insider import Insider, client_session, opened

from ezvpn.ike.events import ChildUp, Phase1Up, SessionDown, XauthRequest, XauthResult
from ezvpn.ike.params import Phase1Transform
from ezvpn.ike.session import STEP_WAIT_MS, USER_WAIT_MS
from ezvpn.ike.state import State
from ezvpn.record import Secret
from ezvpn.wire.attributes import ConfigType, Xauth, XauthStatus, XauthType
from ezvpn.wire.isakmp import Exchange

OFFER = (Phase1Transform("aes", 128, "sha1", 2, 0),)
REQUEST, REPLY, SET, ACK = ConfigType.REQUEST, ConfigType.REPLY, ConfigType.SET, ConfigType.ACK
ASK = ((Xauth.USER_NAME, b""), (Xauth.PASSWORD, b""))


def after_am3(answer: bool = False) -> tuple[Handshake, Insider]:
    h, gateway = opened(Phase1Up, transforms=OFFER, answer=answer)
    h.flying.clear()  # AM3
    return h, gateway


def settled() -> tuple[Handshake, Insider]:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    h.answer = False
    return h, gateway


def transactions(gateway: Insider) -> list[tuple[int, int, tuple[tuple[int, int | bytes], ...]]]:
    """(message ID, type, attributes) of what the client said in transaction exchanges."""
    said = [m for m in gateway.heard() if m.kind == Exchange.TRANSACTION]
    return [(m.message_id, m.config().type, m.config().attributes) for m in said]


def asked(h: Handshake) -> XauthRequest:
    return h.said(XauthRequest)[-1]  # type: ignore[return-value]


# --- asking and answering ----------------------------------------------------------------------------------------


def test_the_answer_holds_what_was_asked_under_the_same_ids() -> None:
    # R -> I  REQUEST (USER_NAME, PASSWORD), identifier 7
    # I -> R  REPLY   (alice, secret)
    h, gateway = after_am3()
    number = gateway.transact(REQUEST, *ASK)
    assert (asked(h).fields, asked(h).kind, asked(h).round) == ((Xauth.USER_NAME, Xauth.PASSWORD), 0, 1)
    assert client_session(h).state == State.XAUTH
    gateway.heard()  # INITIAL-CONTACT
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "alice"), (Xauth.PASSWORD, Secret("s e"))], h.now)
    h.drain()
    (reply,) = gateway.heard()
    assert (reply.message_id, reply.config().identifier) == (number, 7)
    assert reply.config().attributes == ((Xauth.USER_NAME, b"alice"), (Xauth.PASSWORD, b"s e"))


@pytest.mark.parametrize("form", [0, b"\0\0", b"\0"], ids=["short", "long", "one byte"])
def test_the_type_is_echoed_only_if_it_was_there(form: int | bytes) -> None:
    # xauth 6.2
    h, gateway = after_am3()
    gateway.transact(REQUEST, (Xauth.TYPE, form), *ASK)
    gateway.heard()
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "alice")], h.now)
    h.drain()
    ((_, _, attributes),) = transactions(gateway)
    assert attributes[0] == (Xauth.TYPE, XauthType.GENERIC)


def test_message_and_challenge_are_shown_not_asked() -> None:
    h, gateway = after_am3()
    gateway.transact(
        REQUEST,
        (Xauth.TYPE, XauthType.OTP),
        (Xauth.MESSAGE, b"next\x1b[2J token\n"),
        (Xauth.CHALLENGE, b"\1\2"),
        (Xauth.PASSCODE, b""),
    )
    event = asked(h)
    assert (event.kind, event.fields) == (XauthType.OTP, (Xauth.PASSCODE,))
    assert (event.message, event.challenge) == ("next[2J token", b"\1\2"), "no control byte reaches a terminal"


def test_ciscos_extra_attributes_are_echoed_empty() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, (0x7D88, b""), *ASK)
    assert asked(h).fields == (Xauth.USER_NAME, Xauth.PASSWORD)
    gateway.heard()
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "alice"), (Xauth.PASSWORD, "p")], h.now)
    h.drain()
    ((_, _, attributes),) = transactions(gateway)
    assert attributes[-1] == (0x7D88, b"")


def test_attributes_that_nobody_could_answer_are_not_asked_for() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, (1, b""), (31000, b""), *ASK)
    assert asked(h).fields == (Xauth.USER_NAME, Xauth.PASSWORD)


@pytest.mark.parametrize(
    "attributes",
    [
        ((Xauth.TYPE, XauthType.RADIUS_CHAP), *ASK),
        ((Xauth.TYPE, 99), *ASK),
        ((Xauth.CHALLENGE, b"x"), *ASK),
        # A TYPE of nine bytes does not fit the short form in which it is echoed: it once ended the program.
        ((Xauth.TYPE, b"\1" * 9), *ASK),
        ((Xauth.TYPE, b"\1" * 3), *ASK),
    ],
    ids=["CHAP", "unknown type", "challenge with generic", "nine bytes", "three bytes"],
)
def test_what_no_answer_could_satisfy_is_refused_aloud(attributes: tuple[tuple[int, int | bytes], ...]) -> None:
    # xauth 5, 6.1: REPLY with STATUS = fail, not silence
    h, gateway = after_am3()
    number = gateway.transact(REQUEST, *attributes)
    assert not h.said(XauthRequest)
    ((message_id, kind, answer),) = transactions(gateway)
    assert (message_id, kind) == (number, REPLY)
    assert (Xauth.STATUS, XauthStatus.FAIL) in answer


def test_a_user_who_refuses() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    gateway.heard()
    h.client.refuse_xauth(h.session, h.now)
    h.drain()
    assert [answer for _, _, answer in transactions(gateway)] == [((Xauth.STATUS, XauthStatus.FAIL),)]


def test_several_rounds_count_up() -> None:
    h, gateway = after_am3()
    for number in (1, 2, 3):
        gateway.transact(REQUEST, *ASK)
        h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "a")], h.now)
        h.drain()
        assert asked(h).round == number


# --- the verdict ---------------------------------------------------------------------------------------------------


def test_status_ok_is_acknowledged_without_attributes() -> None:
    # R -> I  SET (STATUS = 1)   a message ID of its own
    # I -> R  ACK                xauth 6.1: the attributes should be left out
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "a")], h.now)
    h.drain()
    gateway.heard()
    number = gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    said = transactions(gateway)
    assert said[0] == (number, ACK, ())
    assert said[1][1] == REQUEST, "Mode Config follows"
    assert [e.ok for e in h.said(XauthResult)] == [True]


def test_status_without_a_request_means_authenticated_already() -> None:
    # xauth 5.5
    h, gateway = after_am3()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    assert client_session(h).state == State.CONFIG


def test_status_fail_deletes_the_isakmp_sa_at_once() -> None:
    # R -> I  SET (STATUS = 0, MESSAGE)
    # I -> R  ACK, then the Delete (xauth 6)
    h, gateway = after_am3()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.FAIL), (Xauth.MESSAGE, b"bad token"))
    said = gateway.heard()
    assert [m.kind for m in said][-2:] == [Exchange.TRANSACTION, Exchange.INFORMATIONAL]
    assert said[-1].delete().spis == (b"".join(gateway.cookies),)
    (down,) = h.said(SessionDown)
    assert (down.cause, down.step) == ("xauth-failed", "phase1")
    assert down.text.endswith("bad token")


@pytest.mark.parametrize("when", ["in CONF_ADDR", "in QM_IDLE"])
def test_status_ok_said_twice_changes_nothing(when: str) -> None:
    # The second one under a message ID of its own, so it is no repetition. In QM_IDLE it once ended the program.
    if when == "in QM_IDLE":
        h, gateway = settled()
    else:
        h, gateway = after_am3()
        gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
        gateway.heard()
    before = client_session(h).state, len(h.events)
    number = gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    assert transactions(gateway) == [(number, ACK, ())]
    assert (client_session(h).state, len(h.events)) == before


# --- asked again while the tunnel is up ------------------------------------------------------------------------------


def test_asked_again_while_up_and_up_again_after_the_verdict() -> None:
    # The server may ask again at any time (xauth 6); the pairs stay.
    h, gateway = settled()
    gateway.transact(REQUEST, *ASK)
    assert client_session(h).state == State.XAUTH
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "alice")], h.now)
    h.drain()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    assert client_session(h).state == State.UP
    assert len(client_session(h).children) == 1
    assert not [m for m in transactions(gateway) if m[1] == REQUEST], "the configuration is not asked for again"


def test_failing_while_up_ends_everything() -> None:
    h, gateway = settled()
    gateway.transact(REQUEST, *ASK)
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.FAIL))
    assert [e.cause for e in h.said(SessionDown)] == ["xauth-failed"]
    deletes = [m.delete() for m in gateway.heard() if m.kind == Exchange.INFORMATIONAL]
    assert [d.protocol for d in deletes] == [3, 1], "ESP before ISAKMP"


# --- time and repetition --------------------------------------------------------------------------------------------


def test_a_user_who_says_nothing_is_given_two_minutes() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    h.now += USER_WAIT_MS - 1
    h.client.timeout(h.now)
    assert client_session(h).state == State.XAUTH
    h.now += 1
    h.client.timeout(h.now)
    h.drain()
    assert [e.cause for e in h.said(SessionDown)] == ["xauth-timeout"]


def test_a_gateway_without_a_verdict_is_given_half_a_minute() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "a")], h.now)
    h.now += STEP_WAIT_MS
    h.client.timeout(h.now)
    h.drain()
    assert [e.cause for e in h.said(SessionDown)] == ["xauth-timeout"]


def test_a_repeated_request_gets_the_same_reply_and_is_asked_once() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    request = gateway.last
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "a")], h.now)
    h.drain()
    first = h.flying[-1].data
    h.flying.clear()
    gateway.again(request)
    assert [d.data for d in h.flying] == [first]
    assert len(h.said(XauthRequest)) == 1


def test_a_repeated_request_is_not_answered_before_the_user() -> None:
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    gateway.heard()
    gateway.again()
    assert h.flying == [] and len(h.said(XauthRequest)) == 1


def test_no_secret_in_any_event() -> None:
    h = Handshake(transforms=OFFER)
    h.run()
    for event in h.events:
        assert "alice-pass" not in repr(event) and "group-secret" not in repr(event)


def test_a_slow_user_is_answered_for_like_a_quick_one() -> None:
    # The user takes 90 s, longer than a finished exchange is kept; then the REPLY is lost and the gateway asks again.
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    request = gateway.last
    h.now += 90_000
    h.client.timeout(h.now)
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "a")], h.now)
    h.drain()
    reply = h.flying[-1].data
    h.flying.clear()
    gateway.again(request)
    assert [d.data for d in h.flying] == [reply]


def test_an_answer_to_a_question_that_the_gateway_settled_itself_is_not_sent() -> None:
    # REQUEST ->, and before the user has typed: SET (STATUS = 1) ->
    h, gateway = after_am3()
    gateway.transact(REQUEST, *ASK)
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    gateway.heard()
    h.client.answer_xauth(h.session, [(Xauth.USER_NAME, "a")], h.now)
    h.client.refuse_xauth(h.session, h.now)
    h.drain()
    assert h.flying == [] and client_session(h).state == State.CONFIG
    assert not [e for e in client_session(h).exchanges if e.owed]
