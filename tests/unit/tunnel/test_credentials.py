"""Which answer an XAUTH request gets, and how long nothing is offered after a rejection."""

from ezvpn.ike.events import XauthRequest
from ezvpn.record import Secret
from ezvpn.tunnel.credentials import ANSWER, ASK, REFUSE, Credentials
from ezvpn.wire.attributes import Xauth, XauthType

from .scene import settings

PAIR = (Xauth.USER_NAME, Xauth.PASSWORD)


def request(*fields, kind=XauthType.GENERIC):
    return XauthRequest(1, kind, fields, "", b"", 1)


def credentials(**fields):
    return Credentials(settings(**fields), lambda n: b"\0" * n)


def shown(answer):
    verdict, fields = answer
    return verdict, [(number, value if isinstance(value, str) else value.reveal()) for number, value in fields]


def test_the_stored_pair_is_given_once_and_only_what_was_asked():
    c = credentials()
    assert shown(c.decide(request(Xauth.MESSAGE, Xauth.PASSWORD, Xauth.USER_NAME))) == (
        ANSWER,
        [(Xauth.PASSWORD, b"user-password-secret"), (Xauth.USER_NAME, "alice")],
    )
    assert c.decide(request(*PAIR)) == (REFUSE, [])
    c.begin()
    assert c.decide(request(*PAIR))[0] == ANSWER


def test_after_an_ok_the_pair_is_good_again():
    c = credentials()
    c.decide(request(*PAIR))
    c.accepted()
    assert c.decide(request(*PAIR))[0] == ANSWER


def test_a_domain_is_answered_with_nothing():
    assert shown(credentials().decide(request(Xauth.USER_NAME, Xauth.DOMAIN)))[1][1] == (Xauth.DOMAIN, "")


def test_a_request_for_nothing_is_answered_with_nothing():
    assert credentials().decide(request(Xauth.MESSAGE)) == (ANSWER, [])


def test_what_is_not_stored_is_asked_of_a_human_or_refused():
    assert credentials().decide(request(Xauth.PASSCODE)) == (ASK, [])
    assert credentials(xauth_mode="local").decide(request(Xauth.PASSCODE)) == (REFUSE, [])
    assert credentials(username="", password=None).decide(request(*PAIR)) == (ASK, [])


def test_one_time_passwords_never_come_from_the_store():
    assert credentials().decide(request(*PAIR, kind=XauthType.OTP)) == (ASK, [])
    assert credentials().decide(request(*PAIR, kind=XauthType.RADIUS_CHAP)) == (REFUSE, [])


def test_what_was_typed_ahead_serves_once():
    c = credentials()
    c.type_ahead([(Xauth.USER_NAME, "bob"), (Xauth.PASSWORD, Secret("typed"))])
    assert shown(c.decide(request(*PAIR))) == (ANSWER, [(Xauth.USER_NAME, "bob"), (Xauth.PASSWORD, b"typed")])
    assert c.decide(request(*PAIR)) == (ASK, [])  # wrong: the human may try again, the store stays out of it


def test_pauses_grow_to_a_day_and_start_again_when_somebody_acts():
    c = credentials()
    hours = []
    for _ in range(7):
        hours.append(c.hold() // 3600000)
        c.release(False)
    assert hours == [1, 2, 4, 8, 16, 24, 24]
    c.hold()
    c.release(True)
    assert c.hold() == 3600000


def test_the_pause_follows_the_configuration():
    c = credentials()
    c.configure(settings(xauth_retry_minutes=5))
    assert c.hold() == 300000
    c.configure(settings(xauth_retry_minutes=None))
    assert c.hold() is None
    assert credentials(connect="manual").hold() is None


def test_while_held_a_human_can_be_asked_for_the_pair():
    c = credentials()
    assert c.rejected_prompt() is None
    c.hold()
    assert c.rejected_prompt().fields == PAIR
