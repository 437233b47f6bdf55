"""A replay is the run again; a difference is found where it begins."""

from __future__ import annotations

import doubles.flight
import pytest
from doubles.flight import SECOND, SIX_LINES, RecordedDevice, RecordedWorld, gateway, replayed
from doubles.replay import Chance

from ezvpn.crypto import backend_micropython
from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto.choose import best
from ezvpn.flight import tape
from ezvpn.flight.playback import Diverged
from ezvpn.flight.replay import Replay, Secrets, runs
from ezvpn.flight.tape import Cell, Reader, Tag
from ezvpn.wire.ntp import stamp


def recorded() -> list[Cell]:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    return Reader(w.device.trace()).cells()


def played(cells: list[Cell]) -> list[object]:
    replay = Replay(cells, best(), Secrets(None))
    steps = []
    while (step := replay.step()) is not None:
        steps.append(step)
    return steps


def test_every_call_is_a_step_with_its_time() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    steps = replayed(w.device.trace())
    assert [step.door for step in steps[:3]] == ["start", "recall", "apply"]
    assert steps[-1].at == w.now
    assert [event.split("(")[0] for step in steps for event in step.events] == [
        "Phase1Up",
        "XauthRequest",
        "XauthResult",
        "Configured",
        "ChildUp",
    ]


def test_no_key_is_told_by_an_event() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    told = [event for step in replayed(w.device.trace(), bytes(w.device.keys)) for event in step.events]
    assert [event for event in told if "key_in=<hidden>" in event]


@pytest.mark.parametrize(
    ("tag", "change", "why"),
    [
        (Tag.LOG, lambda value: (value[0], "another line"), "log line: recorded"),
        (Tag.STATE, lambda value: [("office", "ELSEWHERE")], "state: recorded"),
        (Tag.RANDOM, lambda value: value + b"x", "random bytes; the trace has"),
        (Tag.KERNEL, lambda value: ("open_tun", 0, 5), "asks the kernel for"),
    ],
)
def test_a_difference_ends_the_replay_with_its_place(tag: int, change: object, why: str) -> None:
    cells = recorded()
    cell = next(cell for cell in cells if cell.tag == tag)
    cell.value = change(cell.value)
    with pytest.raises(Diverged, match=why) as found:
        played(cells)
    assert found.value.offset == cell.offset


def test_a_line_that_the_replay_does_not_say_is_a_difference() -> None:
    cells = recorded()
    at = next(i for i, cell in enumerate(cells) if cell.tag == Tag.LOG)
    cells.insert(at, Cell(7, Tag.LOG, (0, "never said")))
    with pytest.raises(Diverged, match="never said"):
        played(cells)


def test_a_verdict_that_is_turned_round_changes_what_happens() -> None:
    cells = recorded()
    next(cell for cell in cells if cell.tag == Tag.VERDICT).value = False
    with pytest.raises(Diverged):
        played(cells)


def test_a_trace_that_was_cut_off_behind_a_call_ends_there() -> None:
    cells = recorded()
    last = max(i for i, cell in enumerate(cells) if cell.tag == Tag.LOG)
    assert played(cells[:last])


def test_another_format_says_so() -> None:
    cells = recorded()
    cells[0].value = (99,) + tuple(cells[0].value[1:])
    with pytest.raises(Diverged, match="format 99"):
        played(cells)


def test_two_runs_in_one_trace() -> None:
    first, second = recorded(), recorded()
    found = runs([Cell(0, Tag.CLOCK, 1)] + first + second)
    assert [len(run) for run in found] == [len(first), len(second)]


def test_a_file_of_keys_is_read_whatever_it_is() -> None:
    out = bytearray((Tag.REVEALED,))
    tape.put(out, (1, "sesame"))
    good = Secrets(tape.head(1) + tape.frame(out))
    assert (good.revealed, good.fault) == ({1: "sesame"}, None)
    assert Secrets(b"no").fault is not None
    assert not Secrets(None).given


def test_the_time_of_a_server_and_what_consoles_did_come_again() -> None:
    w = RecordedWorld(gateway(seed=50))
    w.device.names["time.example"] = w.device.names["198.51.100.12"] = [SECOND]
    w.configure(SIX_LINES + "ntp server time.example\n")
    w.up()
    _, address, question = next(order for order in w.device.orders if order[0] == "ntp_send")
    now = stamp(1767225600000)
    answer = b"\x24\x01\x06\xec" + bytes(8) + b"GPS\0" + bytes(8) + bytes(question)[40:48] + now + now
    w.door("ntp", address, answer)
    for line in ("ping 198.51.100.12 timeout 1", "clear counters", "clock set 1:02 3 april 2030", "show clock"):
        w.door("execute", 9, line)
        w.wait(20_000)
    lines = [record.text() for step in replayed(w.device.trace()) for record in step.log if record.severity() < 7]
    assert lines == [text for text in w.device.log() if not text.startswith("%CRYPTO-7")]
    for mnemonic in ("%NTP-5-PEERSYNC", "%CLEAR-5-COUNTERS", "%SYS-6-CLOCKUPDATE"):
        assert [text for text in lines if text.startswith(mnemonic)], mnemonic


TWO = (
    SIX_LINES
    + """crypto ipsec client ezvpn b
 connect manual
 group unity key group-secret
 mode client
 peer 198.51.100.12
 username alice password alice-pass
"""
)


class InSteps(Backend):
    """A key pair takes it as many steps as MicroPython."""

    dh_part = backend_micropython.Backend.dh_part


@pytest.mark.parametrize(("recording", "replaying"), [(Backend, InSteps), (InSteps, Backend)])
@pytest.mark.parametrize("after_ms", [1980, 2002, 2012, 2022, 2060])
def test_a_pair_that_is_taken_half_made_is_the_same_where_it_is_made_at_once(
    recording: type[Backend], replaying: type[Backend], after_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = RecordedWorld(gateway(seed=50), device=RecordedDevice(crypto=recording(Chance(1))))
    w.configure(TWO)
    w.up()
    w.wait(800)
    w.door("execute", 9, "crypto ipsec client ezvpn connect b")  # takes the spare pair; another one is begun 2 s later
    w.wait(after_ms)
    w.door("execute", 9, "clear crypto ipsec client ezvpn office")  # takes what there is of that
    w.wait(3000)
    w.door("execute", 9, "show clock")
    monkeypatch.setattr(doubles.flight, "best", lambda: replaying())
    for keys in (None, bytes(w.device.keys)):
        assert replayed(w.device.trace(), keys)[-1].at == w.now
