"""Independent readers of what the encoders write: scapy's ISAKMP layer and tshark. Never our own code on both ends only."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.isakmp import ISAKMP
from scapy.utils import wrpcap

from ezvpn.wire.attributes import ConfigAttribute, ConfigMessage, ConfigType, Unity, Xauth, write_config
from ezvpn.wire.inet import IpProtocol, build_ipv4, build_udp, ipv4_bytes
from ezvpn.wire.isakmp import Exchange, MessageWriter, Payload
from ezvpn.wire.notify import Delete, Notify, NotifyType, write_delete, write_notify
from ezvpn.wire.payloads import Identity, IdType, VendorId, write_id
from ezvpn.wire.sa import EspAuth, EspId, IkeAuth, IkeCipher, IkeHash, Proposal, Protocol, Transform, write_sa

CKY_I = bytes.fromhex("1112131415161718")
CKY_R = bytes.fromhex("a1a2a3a4a5a6a7a8")
OFFER = [
    (cipher, bits, hash) for cipher, bits in ((IkeCipher.AES, 256), (IkeCipher.AES, 128), (IkeCipher.TRIPLE_DES, 0))
    for hash in (IkeHash.SHA256, IkeHash.SHA1)
]  # fmt: skip


def phase1_transform(number: int, cipher: int, bits: int, hash: int) -> Transform:
    length = ((14, bits),) if bits else ()
    return Transform(
        number, 1, ((1, cipher), *length, (2, hash), (3, IkeAuth.XAUTH_INIT_PSK), (4, 14), (11, 1), (12, 86400))
    )


def aggressive_1(w: MessageWriter) -> None:
    w.begin(Payload.SA)
    offer = tuple(phase1_transform(i + 1, *OFFER[i]) for i in range(len(OFFER)))
    write_sa(w, [Proposal(1, Protocol.ISAKMP, b"", offer)])
    w.end()
    w.add(Payload.KE, bytes(range(256)))
    w.add(Payload.NONCE, bytes(range(20)))
    w.begin(Payload.ID)
    write_id(w, Identity(IdType.KEY_ID, 17, 0, b"unity"))
    w.end()
    for vendor in (
        VendorId.XAUTH,
        VendorId.UNITY,
        VendorId.NATT_RFC,
        VendorId.NATT_03,
        VendorId.NATT_02N,
        VendorId.DPD,
    ):
        w.add(Payload.VID, vendor)


def quick_1(w: MessageWriter) -> None:
    w.add(Payload.HASH, bytes(20))
    w.begin(Payload.SA)
    aes = Transform(1, EspId.AES_CBC, ((4, 3), (6, 256), (5, EspAuth.SHA256), (1, 1), (2, 3600), (1, 2), (2, 4608000)))
    triple_des = Transform(2, EspId.TRIPLE_DES, ((4, 3), (5, EspAuth.SHA1), (1, 1), (2, 3600)))
    write_sa(w, [Proposal(1, Protocol.ESP, b"\xc0\xff\xee\x01", (aes, triple_des))])
    w.end()
    w.add(Payload.NONCE, bytes(range(16)))
    for identity in (
        Identity(IdType.IPV4_ADDR, 0, 0, b"\xc6\x33\x64\x02"),
        Identity(IdType.IPV4_SUBNET, 0, 0, bytes(8)),
    ):
        w.begin(Payload.ID)
        write_id(w, identity)
        w.end()


def probe(w: MessageWriter) -> None:
    w.add(Payload.HASH, bytes(20))
    w.begin(Payload.N)
    write_notify(w, Notify(1, Protocol.ISAKMP, CKY_I + CKY_R, NotifyType.R_U_THERE, b"\x01\x23\x45\x67"))
    w.end()


def deletion(w: MessageWriter) -> None:
    w.add(Payload.HASH, bytes(20))
    w.begin(Payload.D)
    write_delete(w, Delete(1, Protocol.ESP, 4, (b"\xc0\xff\xee\x01", b"\xde\xad\xbe\x02")))
    w.end()


def configuration(w: MessageWriter) -> None:
    w.add(Payload.HASH, bytes(20))
    w.begin(Payload.ATTR)
    attributes = (
        (ConfigAttribute.IP4_ADDRESS, b"\xc6\x33\x64\x02"),
        (Xauth.STATUS, 1),
        (Unity.DEFAULT_DOMAIN, b"corp.example"),
    )
    write_config(w, ConfigMessage(ConfigType.REPLY, 0x0B0B, attributes))
    w.end()


MESSAGES: "dict[str, tuple[int, int, Callable[[MessageWriter], None]]]" = {
    "aggressive_1": (Exchange.AGGRESSIVE, 0, aggressive_1),
    "quick_1": (Exchange.QUICK, 0x6B8B4567, quick_1),
    "probe": (Exchange.INFORMATIONAL, 0x35A2C66E, probe),
    "deletion": (Exchange.INFORMATIONAL, 0x1E2D3C4B, deletion),
    "configuration": (Exchange.TRANSACTION, 0x0C94E6B5, configuration),
}


def message(name: str) -> bytes:
    exchange, message_id, fill = MESSAGES[name]
    buf = bytearray(b"\xa5" * 2048)
    w = MessageWriter(buf, CKY_I, bytes(8) if name == "aggressive_1" else CKY_R, exchange, message_id)
    fill(w)
    return bytes(buf[: w.finish()])


def layers(packet: Any) -> "list[Any]":
    found = []
    while packet and packet.name != "NoPayload":
        found.append(packet)
        packet = packet.payload
    return found


def test_scapy_reads_our_first_message() -> None:
    read = layers(ISAKMP(message("aggressive_1")))
    assert read[0].init_cookie == CKY_I
    assert read[0].exch_type == Exchange.AGGRESSIVE
    assert [part.name for part in read].count("ISAKMP Vendor ID") == 6
    assert not any(part.name in ("Raw", "Padding") for part in read)
    proposal = read[1].prop
    assert (proposal.proto, proposal.trans_nb) == (1, 6)
    transforms = layers(proposal.trans)
    assert [transform.transform_count for transform in transforms] == [1, 2, 3, 4, 5, 6]
    assert transforms[0].transforms == [
        ("Encryption", "AES-CBC"),
        ("KeyLength", 256),
        ("Hash", "SHA2-256"),
        ("Authentication", "XAUTHInitPreShared"),
        ("GroupDesc", "2048MODPgr"),
        ("LifeType", "Seconds"),
        ("LifeDuration", 86400),
    ]
    assert transforms[5].transforms[:2] == [("Encryption", "3DES-CBC"), ("Hash", "SHA")]
    identity = next(part for part in read if part.name == "ISAKMP Identification")
    assert (identity.IDtype, identity.ProtoID, identity.Port, bytes(identity.IdentData)) == (11, 17, 0, b"unity")


def test_scapy_reads_our_quick_mode_offer() -> None:
    read = layers(ISAKMP(message("quick_1")))
    proposal = next(part for part in read if part.name == "ISAKMP SA").prop
    assert (proposal.proto, bytes(proposal.SPI)) == (3, b"\xc0\xff\xee\x01")
    transforms = layers(proposal.trans)
    assert [transform.transform_id for transform in transforms] == [EspId.AES_CBC, EspId.TRIPLE_DES]
    assert transforms[0].transforms == [
        ("EncapsulationMode", "UDP-Encapsulated-Tunnel"),
        ("KeyLength", 256),
        ("AuthenticationAlgorithm", "HMAC-SHA2-256"),
        ("LifeType", "seconds"),
        ("LifeDuration", 3600),
        ("LifeType", "kilobytes"),
        ("LifeDuration", 4608000),
    ]


def test_scapy_reads_our_notify_and_delete() -> None:
    notify = layers(ISAKMP(message("probe")))[-1]
    assert (notify.notify_msg_type, bytes(notify.notify_data)) == (NotifyType.R_U_THERE, b"\x01\x23\x45\x67")
    assert bytes(notify.SPI) == CKY_I + CKY_R
    delete = layers(ISAKMP(message("deletion")))[-1]
    assert (delete.SPIcount, [bytes(spi) for spi in delete.SPIs]) == (2, [b"\xc0\xff\xee\x01", b"\xde\xad\xbe\x02"])


def test_scapy_builds_the_same_headers_around_it() -> None:
    source, destination = ipv4_bytes("192.0.2.1"), ipv4_bytes("203.0.113.1")
    body = message("probe")
    buf = bytearray(28 + len(body))
    buf[28:] = body
    build_udp(buf, 20, source, destination, 500, 500, len(body))
    build_ipv4(buf, 0, IpProtocol.UDP, source, destination, 8 + len(body), identification=1)
    expected = IP(src="192.0.2.1", dst="203.0.113.1") / UDP(sport=500, dport=500) / body
    assert bytes(buf) == bytes(expected)


@pytest.fixture(scope="module")
def dissected(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, str]":
    """What tshark makes of each message: all its fields as one JSON text."""
    capture: Path = tmp_path_factory.mktemp("judge") / "messages.pcap"
    address = {"src": "192.0.2.1", "dst": "203.0.113.1"}
    wrpcap(str(capture), [IP(**address) / UDP(sport=500, dport=500) / message(name) for name in MESSAGES])
    command = ["tshark", "-n", "-r", str(capture), "-T", "json", "-V", "--no-duplicate-keys"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    packets = json.loads(done.stdout)
    assert len(packets) == len(MESSAGES)
    return {name: json.dumps(packets[i]["_source"]["layers"]) for i, name in enumerate(MESSAGES)}


@pytest.mark.parametrize("name", MESSAGES)
def test_tshark_finds_nothing_wrong(name: str, dissected: "dict[str, str]") -> None:
    for word in ("_ws.malformed", "_ws.expert"):
        assert word not in dissected[name].lower()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        (
            "aggressive_1",
            ['"isakmp.id.data.key_id": "75:6e:69:74:79"', '"isakmp.ike.attr.authentication_method": "65001"'],
        ),
        ("aggressive_1", ['"isakmp.vid_string": "RFC 3706 DPD', '"isakmp.vid_string": "RFC 3947', "CISCO-UNITY"]),
        ("quick_1", ['"isakmp.spi": "c0:ff:ee:01"', '"isakmp.ipsec.attr.encap_mode": "3"', '"4608000"']),
        ("probe", ['"isakmp.notify.msgtype": "36136"', '"isakmp.notify.data.dpd.are_you_there": "19088743"']),
        ("deletion", ['"isakmp.delete.spi": ["c0:ff:ee:01", "de:ad:be:02"]']),
        ("configuration", ['"isakmp.cfg.attr.internal_ip4_address": "198.51.100.2"', "corp.example"]),
    ],
)
def test_tshark_reads_what_we_mean(name: str, fields: "list[str]", dissected: "dict[str, str]") -> None:
    for field in fields:
        assert field in dissected[name], dissected[name]
