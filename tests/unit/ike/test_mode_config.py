"""Mode Config as the client sees it: the pull, the push, odd values (draft-dukes-ike-mode-cfg-02, Unity attributes)."""

import pytest
from doubles.handshake import Handshake
from doubles.insider import Insider, client_session, opened

from ezvpn.ike.events import Configured, Phase1Up, SessionDown
from ezvpn.ike.exchange import GIVE_UP_MS
from ezvpn.ike.mode_config import ASKED, LIST_MAX, read
from ezvpn.ike.params import ModeConfig, Phase1Transform, Split
from ezvpn.ike.session import STEP_WAIT_MS
from ezvpn.ike.state import State
from ezvpn.wire.attributes import ConfigAttribute, ConfigMessage, ConfigType, Unity, Xauth, XauthStatus
from ezvpn.wire.isakmp import Exchange, Payload

OFFER = (Phase1Transform("aes", 128, "sha1", 2, 0),)
REQUEST, REPLY, SET, ACK = ConfigType.REQUEST, ConfigType.REPLY, ConfigType.SET, ConfigType.ACK
ADDRESS = (ConfigAttribute.IP4_ADDRESS, bytes([198, 18, 10, 7]))


def asking(**options: object) -> tuple[Handshake, Insider, int]:
    """STATUS ok -> ; the client's REQUEST is out: its message ID."""
    h, gateway = opened(Phase1Up, transforms=OFFER, **options)
    h.flying.clear()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    (request,) = [m for m in gateway.heard() if m.kind == Exchange.TRANSACTION and m.config().type == REQUEST]
    return h, gateway, request.message_id


def configured(h: Handshake) -> list[ModeConfig]:
    return [e.config for e in h.said(Configured)]  # type: ignore[attr-defined]


def taken(*attributes: tuple[int, int | bytes]) -> ModeConfig:
    return read(ConfigMessage(REPLY, 7, attributes))


# --- the pull ------------------------------------------------------------------------------------------------------


def test_everything_is_asked_for_with_empty_values() -> None:
    h, gateway = opened(Phase1Up, transforms=OFFER)
    h.flying.clear()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    request = gateway.heard()[-1].config()
    assert request.type == REQUEST
    assert [number for number, _ in request.attributes] == [
        ConfigAttribute.IP4_ADDRESS,
        ConfigAttribute.IP4_NETMASK,
        *ASKED,
        ConfigAttribute.APPLICATION_VERSION,
    ]
    assert [value for _, value in request.attributes[:-1]] == [b""] * (len(request.attributes) - 1)
    assert request.attributes[-1][1] == b"ezvpn-edge", "no NUL at the end (cfg 3.4)"


def test_the_address_that_we_hold_is_asked_for_by_name() -> None:
    h, gateway = opened(Phase1Up, transforms=OFFER)
    client_session(h).attempt.address = b"\x0a\x63\0\7"
    h.flying.clear()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    request = gateway.heard()[-1].config()
    assert (ConfigAttribute.IP4_ADDRESS, b"\x0a\x63\0\7") in request.attributes
    assert (ConfigAttribute.IP4_NETMASK, b"") in request.attributes


def test_a_reply_configures_and_quick_mode_may_start() -> None:
    h, gateway, number = asking()
    gateway.transact(REPLY, ADDRESS, message_id=number)
    assert [c.address for c in configured(h)] == [ADDRESS[1]]
    assert client_session(h).state == State.UP


def test_a_repeated_reply_is_neither_taken_twice_nor_answered() -> None:
    h, gateway, number = asking()
    gateway.transact(REPLY, ADDRESS, message_id=number)
    h.flying.clear()
    gateway.again()
    assert len(configured(h)) == 1 and h.flying == []


def test_a_reply_without_an_address_ends_the_session() -> None:
    h, gateway, number = asking()
    gateway.transact(REPLY, (Unity.BANNER, b"hello"), message_id=number)
    (down,) = h.said(SessionDown)
    assert (down.cause, down.step) == ("config-failed", "config")
    assert "address pool" in down.text


def test_an_unanswered_request_is_given_up() -> None:
    h, gateway, _ = asking()
    h.now += GIVE_UP_MS
    h.client.timeout(h.now)
    h.drain()
    assert [e.cause for e in h.said(SessionDown)] == ["config-failed"]


@pytest.mark.parametrize(
    "body",
    [bytes.fromhex("02000007000100"), bytes.fromhex("0200000700010004c0"), bytes.fromhex("0400000700010000")],
    ids=["attribute cut off", "value cut off", "ACK"],
)
def test_an_answer_that_says_nothing_does_not_leave_the_session_hanging(body: bytes) -> None:
    # The HASH is right, the attributes are not: the request counts as answered, so its repetition no longer ends the wait.
    h, gateway, number = asking()
    gateway.say(Exchange.TRANSACTION, (Payload.ATTR, body), message_id=number)
    assert client_session(h).state == State.CONFIG
    assert h.client.deadline() is not None
    h.now += STEP_WAIT_MS
    h.client.timeout(h.now)
    h.drain()
    assert [(e.cause, e.step) for e in h.said(SessionDown)] == [("config-failed", "config")]


def test_padding_inside_the_payload_is_let_pass() -> None:
    # libreswan pads its REPLY to 4 bytes inside the payload.
    h, gateway, number = asking()
    body = bytes.fromhex("02000007") + bytes.fromhex("00010004c6120a07") + bytes.fromhex("70020001780000")
    gateway.say(Exchange.TRANSACTION, (Payload.ATTR, body), message_id=number)
    assert [(c.domain, c.address) for c in configured(h)] == [("x", ADDRESS[1])]


# --- the push ------------------------------------------------------------------------------------------------------


def test_a_push_is_acknowledged_with_empty_values_and_taken() -> None:
    # R -> I  SET (address, banner, unknown)
    # I -> R  ACK (the same numbers, zero length: cfg 2)
    h, gateway, _ = asking()
    number = gateway.transact(SET, ADDRESS, (Unity.SAVE_PASSWORD, 1), (31000, b"x"))
    ack = [m for m in gateway.heard() if m.message_id == number]
    assert [m.config().type for m in ack] == [ACK]
    assert ack[0].config().attributes == ((ADDRESS[0], b""), (Unity.SAVE_PASSWORD, b""), (31000, b""))
    assert [(c.address, c.save_password) for c in configured(h)] == [(ADDRESS[1], True)]


def test_a_push_without_an_address_does_not_stand_for_the_awaited_reply() -> None:
    # Our REQUEST is under way; the gateway first pushes a banner of its own, then answers.
    h, gateway, number = asking()
    gateway.transact(SET, (Unity.BANNER, b"hello"))
    assert configured(h) == [] and not h.said(SessionDown)
    gateway.transact(REPLY, ADDRESS, message_id=number)
    assert [c.address for c in configured(h)] == [ADDRESS[1]]


def test_a_later_push_changes_nothing_but_is_acknowledged() -> None:
    h, gateway, number = asking()
    gateway.transact(REPLY, ADDRESS, message_id=number)
    gateway.heard()
    later = gateway.transact(SET, (ConfigAttribute.IP4_ADDRESS, bytes([10, 0, 0, 1])))
    assert [m.message_id for m in gateway.heard()] == [later]
    assert len(configured(h)) == 1


def test_a_request_of_the_gateway_gets_an_empty_reply() -> None:
    # cfg 2: a REQUEST must always be answered, with an empty REPLY if need be.
    h, gateway, _ = asking()
    number = gateway.transact(REQUEST, (ConfigAttribute.APPLICATION_VERSION, b""))
    reply = [m for m in gateway.heard() if m.message_id == number]
    assert [(m.config().type, m.config().attributes) for m in reply] == [(REPLY, ())]


def test_xauth_in_between_puts_the_configuration_off() -> None:
    # REQUEST (config) is out; the gateway asks for credentials first and answers too early: nothing but informationals may
    # run until XAUTH is over (xauth 6).
    h, gateway, number = asking(answer=False)
    gateway.transact(REQUEST, (Xauth.PASSCODE, b""))
    gateway.transact(REPLY, ADDRESS, message_id=number)
    assert configured(h) == []
    h.client.answer_xauth(h.session, [(Xauth.PASSCODE, "1")], h.now)
    h.drain()
    gateway.heard()
    gateway.transact(SET, (Xauth.STATUS, XauthStatus.OK))
    (again,) = [m for m in gateway.heard() if m.kind == Exchange.TRANSACTION and m.config().type == REQUEST]
    assert again.message_id != number
    gateway.transact(REPLY, ADDRESS, message_id=again.message_id)
    assert len(configured(h)) == 1


def test_a_request_put_off_by_xauth_is_not_given_up_on() -> None:
    h, gateway, _ = asking(answer=False)
    gateway.transact(REQUEST, (Xauth.PASSCODE, b""))
    h.now += GIVE_UP_MS
    h.client.timeout(h.now)
    h.drain()
    assert not h.said(SessionDown), "the user is still typing"


# --- what the attributes say -----------------------------------------------------------------------------------------


def test_every_attribute() -> None:
    config = taken(
        ADDRESS,
        (ConfigAttribute.IP4_NETMASK, b"\xff\xff\xff\0"),
        (ConfigAttribute.IP4_DNS, bytes([203, 0, 113, 53])),
        (ConfigAttribute.IP4_DNS, bytes([203, 0, 113, 54])),
        (ConfigAttribute.IP4_NBNS, bytes([203, 0, 113, 55])),
        (Unity.BANNER, b"Hello\x07 you\r\n"),
        (Unity.SAVE_PASSWORD, 1),
        (Unity.PFS, 0),
        (Unity.DEFAULT_DOMAIN, b"lab.example"),
        (Unity.SPLIT_DNS, b"a.example,b.example"),
        (Unity.SPLIT_INCLUDE, bytes.fromhex("cb007100 ffffff00 000000000000")),
        (Unity.LOCAL_LAN, bytes.fromhex("c0a80000 ffff0000 000600500051")),
        (Unity.BACKUP_SERVERS, b"gw2.lab.example 198.51.100.12"),
    )
    assert (config.address, config.netmask) == (ADDRESS[1], b"\xff\xff\xff\0")
    assert config.dns == (bytes([203, 0, 113, 53]), bytes([203, 0, 113, 54]))
    assert config.wins == (bytes([203, 0, 113, 55]),)
    assert (config.banner, config.domain) == ("Hello you", "lab.example")
    assert (config.save_password, config.pfs) == (True, False)
    assert config.split_dns == ("a.example", "b.example")
    assert config.split_include == (Split(bytes([203, 0, 113, 0]), b"\xff\xff\xff\0", 0, 0, 0),)
    assert config.split_exclude == (Split(bytes([192, 168, 0, 0]), b"\xff\xff\0\0", 6, 0x50, 0x51),)
    assert config.backup_servers == ("gw2.lab.example", "198.51.100.12")


def test_nothing_said_is_told_from_no() -> None:
    config = taken()
    assert (config.save_password, config.pfs) == (None, None)


def test_flags_in_the_long_form() -> None:
    config = taken((Unity.SAVE_PASSWORD, b"\0\1"), (Unity.PFS, b"\1"))
    assert (config.save_password, config.pfs) == (True, True)


@pytest.mark.parametrize(
    "attribute",
    [
        (ConfigAttribute.IP4_ADDRESS, b""),
        (ConfigAttribute.IP4_ADDRESS, b"\1\2\3"),
        (ConfigAttribute.IP4_ADDRESS, 5),
        (ConfigAttribute.IP4_DNS, b"\1\2\3\4\5"),
        (Unity.SPLIT_INCLUDE, b"\0" * 13),
        (Unity.BANNER, 7),
        (31000, b"anything"),
        (31000, 1),
    ],
)
def test_values_of_the_wrong_size_and_unknown_attributes_are_skipped(attribute: tuple[int, int | bytes]) -> None:
    # cfg 3.4: a zero-length value in a REPLY is "not available".
    assert taken(attribute) == ModeConfig()


def test_lists_are_bounded() -> None:
    entry = bytes.fromhex("cb007100 ffffff00 000000000000")
    config = taken(
        *[(ConfigAttribute.IP4_DNS, b"\1\2\3\4")] * 100,
        (Unity.SPLIT_INCLUDE, entry * 100),
        (Unity.SPLIT_DNS, b"a," * 100),
    )
    assert (len(config.dns), len(config.split_include), len(config.split_dns)) == (LIST_MAX, LIST_MAX + 1, LIST_MAX)
