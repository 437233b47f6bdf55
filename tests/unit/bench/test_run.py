"""The command line of the bench."""

from __future__ import annotations

import pytest
import run


def test_the_defaults_and_the_quick_look() -> None:
    full, quick = run.parse([]), run.parse(["--quick"])
    for name in ("runs", "rounds", "seconds", "idle"):
        assert getattr(quick, name) < getattr(full, name)


@pytest.mark.parametrize("words", [["--runs", "0"], ["--seconds", "-1"], ["--rounds", "x"], ["--slow"]])
def test_wrong_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.parse(words)
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda program: None if program == "vpnc" else program)
    assert run.main([]) == 3
    assert "apt-get install -y vpnc\n" in capsys.readouterr().err


def test_the_full_run_fits_into_six_minutes() -> None:
    options = run.parse([])
    remotes = len(run.REMOTES)
    # half a second to start and a second to stop, each time
    seconds = remotes * options.runs * (1.5 + run.SETTLE_S)
    seconds += remotes * options.rounds * (2 * (options.seconds + 0.5) + 1.5)
    seconds += remotes * 1.5 + run.IDLE_SETTLE_S + options.idle
    assert seconds < 360
