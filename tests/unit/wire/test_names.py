import pytest

from ezvpn.wire import names
from ezvpn.wire.attributes import ConfigAttribute, ConfigType, Unity, Xauth
from ezvpn.wire.isakmp import Exchange, Payload
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import IdType, VendorId
from ezvpn.wire.sa import Protocol


@pytest.mark.parametrize(
    ("registry", "name_of", "nameless"),
    [
        (Exchange, names.exchange_name, ()),
        (Payload, names.payload_name, ()),
        (NotifyType, names.notify_name, (40502,)),  # seen, but nobody has said what it is
        (Protocol, names.protocol_name, ()),
        (IdType, names.id_type_name, ()),
        (ConfigType, names.config_type_name, ()),
        (ConfigAttribute, names.attribute_name, ()),
        (Xauth, names.attribute_name, ()),
        (Unity, names.attribute_name, ()),
    ],
)
def test_every_number_of_a_registry_has_a_name(registry: type, name_of: object, nameless: "tuple[int, ...]") -> None:
    for key, number in vars(registry).items():
        if key.isupper():
            shown = name_of(number)  # type: ignore[operator]
            assert shown.isdecimal() == (number in nameless), key


def test_an_unknown_number_is_its_decimal() -> None:
    for name_of in (names.exchange_name, names.payload_name, names.notify_name, names.attribute_name):
        assert name_of(9999) == "9999"


def test_every_vendor_id_has_a_name() -> None:
    for key, body in vars(VendorId).items():
        if key.isupper():
            assert names.vendor_name(body), key


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (VendorId.UNITY[:14] + b"\x01\x05", "Cisco Unity"),
        (VendorId.DPD[:14] + b"\x01\x01", "DPD"),
        (VendorId.UNITY[:13], ""),
        (VendorId.XAUTH + b"\x00", ""),
        (VendorId.XAUTH[:-1], ""),
        (VendorId.FRAGMENTATION, "IKE fragmentation"),
        (VendorId.FRAGMENTATION + b"\xc0\x00\x00\x00", "IKE fragmentation"),
        (VendorId.NATT_RFC, "NAT-T RFC 3947"),
        (b"", ""),
        (b"\x01" * 16, ""),
    ],
)
def test_vendor_ids_are_compared_up_to_their_version(body: bytes, name: str) -> None:
    assert names.vendor_name(memoryview(body)) == name
