"""The command line: what each command prints and the exit codes that scripts rely on."""

import os
import signal
import subprocess
import sys

import pytest
from doubles.micropython import ROOT
from doubles.process import Agent

from ezvpn.runtime import options
from ezvpn.version import VERSION


def ezvpn(*words, **keywords):
    env = {**os.environ, "PYTHONPATH": str(ROOT / "agent"), "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "ezvpn", *words], env=env, capture_output=True, text=True, timeout=30, **keywords
    )


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "branch.conf"
    path.write_text(
        "crypto ipsec client ezvpn b\n group g key sesame-street\n peer 192.0.2.1\n username u password p-word\n"
    )
    path.chmod(0o600)
    return path


def test_help_shows_commands_examples_and_exit_codes():
    done = ezvpn("--help")
    assert done.returncode == 0
    for word in ("run", "check", "exec", "console", "version", "ezvpn run branch.conf", "Exit codes"):
        assert word in done.stdout


def test_help_of_run_has_every_option():
    done = ezvpn("run", "--help")
    assert done.returncode == 0
    for name, _, _, _ in options.RUN_OPTIONS:
        assert name in done.stdout


def test_usage_errors_are_exit_code_2():
    assert ezvpn("nosuch").returncode == 2
    assert ezvpn("exec").returncode == 2
    assert ezvpn("check").returncode == 2
    assert ezvpn("run", "--nosuch").returncode == 2


def test_version():
    assert ezvpn("version").stdout == f"ezvpn {VERSION}\n"


def test_check_explains_and_shows_no_secret(config):
    done = ezvpn("check", str(config))
    assert done.returncode == 0
    assert "Tunnel b:" in done.stdout
    assert "sesame-street" not in done.stdout + done.stderr
    assert "p-word" not in done.stdout + done.stderr


def test_check_of_a_faulty_configuration(config):
    config.write_text("hostname x\ncrypto isakmp keepalive 5\n")
    done = ezvpn("check", str(config))
    assert done.returncode == 1
    assert f"{config}:2:25: " in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "^"


def test_check_of_what_is_not_there_or_not_text(config):
    done = ezvpn("check", str(config) + ".nosuch")
    assert (done.returncode, done.stderr) == (1, f"ezvpn: {config}.nosuch: No such file or directory\n")
    config.write_bytes(b"hostname \xff\xfe\n")
    done = ezvpn("check", str(config))
    assert (done.returncode, done.stderr) == (
        1,
        f"ezvpn: {config}:1: not text in UTF-8: save the file in that encoding\n",
    )


@pytest.mark.parametrize("words", [("exec", "show version"), ("exec", "show", "version"), ("console",)])
def test_without_an_agent_the_next_step_is_named(tmp_path, words):
    done = ezvpn(*words, "--state-dir", str(tmp_path))
    assert done.returncode == 3
    assert f"no agent is running for {tmp_path}: start one with `ezvpn run CONFIG`" in done.stderr


def test_console_without_an_agent_names_the_ports_too(tmp_path):
    done = ezvpn("console", "--state-dir", str(tmp_path))
    assert done.returncode == 3
    assert "Or name a PORT; the" in done.stderr


def test_help_of_console_has_options_keys_examples_and_exit_codes():
    done = ezvpn("console", "--help")
    assert done.returncode == 0
    for word in ("--baud", "--log", "--send", "--expect", "--type", "rfc2217://", "Ctrl-]", "Examples:", "Exit codes:"):
        assert word in done.stdout


def test_exec_and_console_reach_the_running_agent(tmp_path, config):
    state = str(tmp_path / "state")
    with Agent(str(config), "--state-dir", state, "--dataplane", "none") as agent:
        agent.expect("RESTART")
        done = ezvpn("exec", "--state-dir", state, "show", "version")
        assert (done.returncode, done.stderr) == (0, "")
        assert VERSION in done.stdout
        done = ezvpn("exec", "--state-dir", state, "show nonsense")
        assert done.returncode == 1
        assert "% Invalid input" in done.stdout
        done = ezvpn("console", "--state-dir", state, input="show clock\rexit\r")
        assert done.returncode == 0
        assert "show clock" in done.stdout
        assert agent.stop(signal.SIGTERM)[0] == 0


def test_exec_and_the_command_line_load_no_serial_port():
    code = "import sys, ezvpn.cli, ezvpn.terminal.agent; print([m for m in ('serial', 'typer') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout == "[]\n"


def test_run_loads_neither_typer_nor_asyncio_before_the_first_datagram():
    code = "import sys, ezvpn.cli, ezvpn.main; print([m for m in ('typer', 'rich', 'asyncio', 'aiomqtt') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout == "[]\n"
