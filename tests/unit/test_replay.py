"""`ezvpn replay`: words, files, what is printed, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from doubles.flight import SIX_LINES, RecordedDevice, RecordedWorld, gateway

from ezvpn import replay
from ezvpn.console.debug import clock_text
from ezvpn.runtime.exits import CannotStart


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """(trace, file of keys)"""
    w = RecordedWorld(gateway(seed=50))
    w.configure(SIX_LINES)
    w.up()
    folder = tmp_path_factory.mktemp("trace")
    (folder / "trace.ezt").write_bytes(w.device.trace())
    (folder / "keys").write_bytes(w.device.keys)
    return str(folder / "trace.ezt"), str(folder / "keys")


def test_text_and_exit_code(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([files[0]]) == 0
    out = capsys.readouterr().out
    assert "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP" in out
    assert "state office: IPSEC_ACTIVE, peer 198.51.100.11" in out
    assert out.endswith("calls of the node, all as recorded\n")


def test_with_keys_the_same_is_printed(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    replay.main([files[0]])
    without = capsys.readouterr().out
    assert replay.main([files[0], "--keys", files[1]]) == 0
    assert capsys.readouterr().out == without


def test_json_is_one_object_a_line(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main(["--json", files[0]]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["tunnels"][0]["state"] for row in rows if "tunnels" in row][-1] == "IPSEC_ACTIVE"


def test_a_trace_that_is_cut_off(files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = tmp_path / "short.ezt"
    short.write_bytes(Path(files[0]).read_bytes()[:-5])
    assert replay.main([str(short)]) == 1
    told = capsys.readouterr()
    assert "all as recorded" in told.out
    assert "at byte" in told.err
    assert "cut off: 5 bytes of a frame are missing" in told.err


def test_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "picture").write_bytes(b"GIF89a")
    assert replay.main([str(tmp_path / "picture")]) == 1
    assert "this is no trace" in capsys.readouterr().err


def test_keys_of_another_run_are_found_out(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys"
    data = bytearray(Path(files[1]).read_bytes())
    del data[8:]
    keys.write_bytes(data)
    assert replay.main([files[0], "--keys", str(keys)]) == 1
    assert "is it of this run?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "which trace"),
        (["a", "b"], "one TRACE only"),
        (["--what", "a"], "no such option"),
        (["a", "--keys"], "needs a value"),
    ],
)
def test_wrong_usage(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CannotStart, match=why):
        replay.parse(words)
    assert replay.main(words) == 2
    assert "Usage: ezvpn replay" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([str(tmp_path / "none")]) == 3
    assert "cannot be read" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main(["--help"]) == 0
    assert "--keys FILE" in capsys.readouterr().out


def test_both_forms_of_an_option() -> None:
    assert replay.parse(["--keys=k", "t"]) == replay.parse(["t", "--keys", "k"]) == ("t", "k", False)


def test_a_reader_that_has_seen_enough_is_no_fault(files: tuple[str, str]) -> None:
    command = f"{sys.executable} -m ezvpn replay {files[0]} | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")


def test_of_a_run_that_outgrew_the_ring_the_log_lines_are_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    w = RecordedWorld(gateway(seed=50), device=RecordedDevice(segment_bytes=1500))
    w.configure("crypto isakmp keepalive 10 2 periodic\n" + SIX_LINES)
    w.up()
    w.wait(100_000)
    w.sides.remove(w.gateways[0])
    w.wait(30_000)
    (tmp_path / "late.ezt").write_bytes(w.device.trace())
    assert replay.main([str(tmp_path / "late.ezt")]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0] == "--- the ring has lost the beginning of a run: its log lines only"
    down = [record for record in w.node.log.after(0)[1] if "tunnel is DOWN" in record.text()]
    assert f"{clock_text(down[0].at)}: {down[0].text()}" in lines
    assert "what it has are log lines" in told.err
