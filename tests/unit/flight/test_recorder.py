"""A recorded device: everything that crossed its border is in the trace, and none of its secrets."""

from __future__ import annotations

import pytest
from doubles.flight import SECOND, SIX_LINES, TWO_PEERS, Files, RecordedDevice, RecordedWorld, gateway, replayed
from doubles.replay import Chance

from ezvpn.crypto.choose import best
from ezvpn.crypto.port import Crypto, EspTransformState
from ezvpn.flight.recorder import Recorder
from ezvpn.flight.ring import Ring
from ezvpn.flight.tape import Reader, Tag

PSK, PASSWORD = b"group-secret", b"alice-pass"


class Overheard(Crypto):
    """A real backend; `secrets` has every key, exponent, shared secret and output of the prf that passed."""

    def __init__(self) -> None:
        self._real = best(Chance(1))
        self.secrets: list[bytes] = []
        for name in ("name", "hashes", "ciphers", "groups", "esp_ciphers", "esp_auths", "hash", "equal"):
            setattr(self, name, getattr(self._real, name))

    def hmac(self, name: str, key: bytes, data: bytes) -> bytes:
        digest = self._real.hmac(name, key, data)
        self.secrets += [bytes(key), digest]
        return digest

    def cbc_encrypt(self, cipher: str, key: bytes, iv: bytes, data: bytes) -> bytes:
        self.secrets.append(bytes(key))
        return self._real.cbc_encrypt(cipher, key, iv, data)

    def cbc_decrypt(self, cipher: str, key: bytes, iv: bytes, data: bytes) -> bytes:
        self.secrets.append(bytes(key))
        return self._real.cbc_decrypt(cipher, key, iv, data)

    def dh_public(self, group: int, exponent: bytes) -> bytes:
        self.secrets.append(bytes(exponent))
        return self._real.dh_public(group, exponent)

    def dh_shared(self, group: int, exponent: bytes, peer: bytes) -> bytearray:
        shared = self._real.dh_shared(group, exponent, peer)
        self.secrets += [bytes(exponent), bytes(shared)]
        return shared

    def esp(self, cipher: str, key: bytes, auth: str, auth_key: bytes) -> EspTransformState:
        self.secrets += [bytes(key), bytes(auth_key)]
        return self._real.esp(cipher, key, auth, auth_key)


def test_no_secret_enters_the_trace() -> None:
    """Connect, probe, lose the gateway, connect to the next one, type a password at the console."""
    crypto = Overheard()
    w = RecordedWorld(gateway(seed=50), gateway(seed=60, address=SECOND), device=RecordedDevice(crypto))
    w.configure("enable secret typed-enable\ncrypto isakmp keepalive 10 2 periodic\n" + TWO_PEERS)
    w.up()
    w.wait(30000)
    w.sides.remove(w.gateways[0])
    w.wait(30000)
    w.door("console_open", 1, 80)
    w.door("console", 1, b"enable\rtyped-enable\rconfigure terminal\rmqtt\r username u password typed-at-once\rend\r")
    trace = w.device.trace()
    passed = {secret for secret in crypto.secrets if len(secret) >= 8}
    assert len(passed) > 50
    assert [secret.hex() for secret in passed if secret in trace] == []
    for secret in (PSK, PASSWORD, b"typed-enable", b"typed-at-once"):
        assert secret not in trace
    # … and the file of keys that was asked for has what the replay needs of them.
    for secret in (PSK, PASSWORD):
        assert secret in w.device.keys


def test_a_failover_replays_to_the_same_log_and_states() -> None:
    w = RecordedWorld(gateway(seed=50), gateway(seed=60, address=SECOND))
    w.configure("crypto isakmp keepalive 10 2 periodic\n" + TWO_PEERS)
    w.up()
    w.wait(60000)
    w.sides.remove(w.gateways[0])
    w.wait(60000)
    steps = replayed(w.device.trace())
    log = [record.text() for step in steps for record in step.log if record.severity() < 7]
    assert log == w.device.log()
    assert [step.states for step in steps if step.states][-1] == [("office", "IPSEC_ACTIVE")]
    assert "Crypto tunnel is DOWN" in "".join(log)


def test_with_the_keys_the_real_bytes_are_decrypted_again() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    w.door("execute", 9, "clear crypto ipsec client ezvpn")
    w.up()
    keyed = replayed(w.device.trace(), bytes(w.device.keys))
    assert [step.events for step in keyed] == [step.events for step in replayed(w.device.trace())]


def test_what_a_console_did_is_done_again_without_what_was_typed() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES.replace(" connect auto", " connect manual"))
    w.door("console_open", 1, 80)
    w.door("console", 1, b"enable\rcrypto ipsec client ezvpn connect\r")
    w.up()
    w.door("console", 1, b"configure terminal\rhostname other\rend\r")
    w.door("console_close", 1)
    steps = replayed(w.device.trace())
    assert [step.states for step in steps if step.states][-1] == [("office", "IPSEC_ACTIVE")]
    assert "Configured from console" in [record.text() for step in steps for record in step.log][-1]
    assert b"hostname other" in w.device.trace()
    assert b"connect\r" not in w.device.trace()


def test_a_name_is_resolved_again_from_the_trace() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.device.names["gw.example"] = [bytes([198, 51, 100, 11])]
    w.configure(SIX_LINES.replace("198.51.100.11", "gw.example"))
    w.up()
    assert [step.states for step in replayed(w.device.trace()) if step.states][-1] == [("office", "IPSEC_ACTIVE")]


def test_a_changed_key_is_still_another_key_in_the_replay() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    w.configure(SIX_LINES.replace("group-secret", "another-secret"))
    w.wait(5000)
    steps = replayed(w.device.trace())
    assert [step.states for step in steps if step.states][-1] == w.node.states()
    assert w.node.states() != [("office", "IPSEC_ACTIVE")]


def test_packets_that_moved_between_two_calls_are_part_of_the_trace() -> None:
    """On demand: what decides about a probe are the counters of the pair."""
    w = RecordedWorld(gateway(seed=50))
    w.configure("crypto isakmp keepalive 10\n" + SIX_LINES)
    w.up()
    w.wait(15000)
    pair = w.device.plane.sa.pairs()[0]
    sent = w.device.plane.sa.seal(
        memoryview(
            bytes([0x45, 0, 0, 20, 0, 0, 0, 0, 64, 0, 0, 0]) + pair.local.address + pair.remote.address[:3] + b"\7"
        ),
        memoryview(bytearray(200)),
    )
    assert sent
    w.door("plane_edges")
    w.wait(5000)
    events = [event for step in replayed(w.device.trace()) for event in step.events]
    assert [event for event in events if event.startswith("PeerAlive")]


def test_a_trace_of_a_run_that_is_still_going_ends_where_it_was_kept() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    w.door("execute", 9, "write trace now")
    trace = w.device.files.content["now.ezt"]
    assert [step.states for step in replayed(trace) if step.states][-1] == [("office", "IPSEC_ACTIVE")]


def test_a_full_ring_begins_another_segment_and_the_run_goes_on() -> None:
    w = RecordedWorld(gateway(seed=50), device=RecordedDevice(segment_bytes=2500))
    w.configure(SIX_LINES)
    w.up()
    w.wait(20000)
    trace = w.device.trace()
    assert len([name for name in w.device.files.content if name.startswith("flight-")]) > 1
    assert [step.states for step in replayed(trace) if step.states][-1] == [("office", "IPSEC_ACTIVE")]


def test_a_disk_that_refuses_does_not_disturb_the_device() -> None:
    files = Files()
    w = RecordedWorld(gateway(seed=50), device=RecordedDevice(files=files))
    files.refuse = True
    w.configure(SIX_LINES)
    w.up()
    assert w.device.recorder.ring.failed


def test_after_its_end_nothing_is_recorded() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.device.recorder.end()
    before = w.device.trace()
    w.up()
    assert w.device.trace() == before


def test_what_is_asked_outside_of_a_run_belongs_to_nobody() -> None:
    recorder = Recorder(Ring(Files()))
    assert len(recorder.entropy(Chance(1))(4)) == 4
    assert recorder.kernel(None) is None
    assert Reader(b"EZT1\0\0\0\1" + recorder.ring.whole()).cells() == []


@pytest.mark.parametrize("what", ["up", "down", "message"])
def test_the_broker_speaks_without_its_messages(what: str) -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure("mqtt\n broker mqtt://198.51.100.4\n" + SIX_LINES)
    w.call(w.device, w.device.core.mqtt, what, w.now, "topic", b"a-command-with-its-key")
    doors = [cell.value for cell in Reader(w.device.trace()).cells() if cell.tag == Tag.DOOR]
    assert [door[0] for door in doors][-1] == "mqtt"
    assert (b"a-command-with-its-key" in w.device.trace()) == (what != "message")
    replayed(w.device.trace())
