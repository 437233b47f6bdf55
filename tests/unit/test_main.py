"""`ezvpn run` as a process on both interpreters: starting, refusing, reloading, stopping."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

import pytest
import serial
from doubles import micropython
from doubles.process import Agent
from doubles.serial_cable import Cable

from ezvpn.runtime.cpython.store import Store
from ezvpn.terminal import agent as terminal
from ezvpn.version import VERSION

BOTH = pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
SECRET = "sesame-of-the-group"
SIX_LINES = f"""crypto ipsec client ezvpn branch
 group remote key {SECRET}
 mode client
 peer 192.0.2.1
 username u password p-{SECRET}
"""


@pytest.fixture
def files(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "branch.conf"
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    write.state = str(tmp_path / "state")
    return write


def words(files, config):
    return (config, "--state-dir", files.state, "--dataplane", "none")


@BOTH
def test_it_starts_says_so_and_stops_clean_on_a_signal(files, interpreter):
    with Agent(*words(files, files(SIX_LINES)), interpreter=interpreter) as agent:
        agent.expect("%SYS-5-RESTART: System restarted")
        code, seconds = agent.stop(signal.SIGINT if interpreter == "micropython" else signal.SIGTERM)
        assert code == 0
        assert seconds < 3
    assert SECRET not in "".join(agent.lines)
    assert "internal error" not in "".join(agent.lines)
    assert not os.path.exists(files.state + "/console.sock")
    Store(files.state).open()  # the lock is free


@BOTH
def test_a_second_agent_is_refused_with_exit_code_4(files, interpreter):
    holder = Store(files.state)
    holder.open()
    with Agent(*words(files, files(SIX_LINES)), interpreter=interpreter) as agent:
        agent.expect(f"another ezvpn agent, process {os.getpid()}, holds {files.state}")
        assert agent.process.wait(10) == 4
    holder.close()


@BOTH
def test_a_configuration_with_errors_is_exit_code_1_with_line_and_caret(files, interpreter):
    config = files("hostname x\ncrypto isakmp keepalive 5\n")
    with Agent(*words(files, config), interpreter=interpreter) as agent:
        assert agent.process.wait(15) == 1
    text = "".join(agent.lines)
    assert f"{config}:2:25: " in text
    assert "^" in text


@BOTH
@pytest.mark.parametrize(("wrong", "code"), [(("--nosuch",), 2), (("--board", "nosuch"), 2), (("/nosuch.conf",), 1)])
def test_other_mistakes(files, interpreter, wrong, code):
    with Agent(*wrong, "--state-dir", files.state, interpreter=interpreter) as agent:
        assert agent.process.wait(15) == code
    assert agent.lines[0].startswith("ezvpn: ")


def test_without_the_right_to_a_tun_device_it_says_so_at_once(files):
    bare = ["unshare", "-Urn", "setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    command = [*bare, sys.executable, "-m", "ezvpn", "run", files(SIX_LINES), "--state-dir", files.state]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 3
    assert done.stderr == "ezvpn: a TUN device needs root or CAP_NET_ADMIN; without it use --dataplane none\n"


def test_the_pip_build_of_micropython_has_no_data_plane_and_says_what_to_do(files):
    with Agent(files(SIX_LINES), "--state-dir", files.state, interpreter="micropython") as agent:
        assert agent.process.wait(15) == 3
    assert "--dataplane none" in agent.lines[0]


def test_sighup_reads_the_configuration_again_and_an_error_changes_nothing(files):
    config = files("hostname one\n")
    with Agent(*words(files, config)) as agent:
        agent.expect("RESTART")
        files("hostname two\n")
        agent.process.send_signal(signal.SIGHUP)
        assert "hostname two" in wait_for(files.state, "show running-config", "hostname two")
        files("hostnme three\n")
        agent.process.send_signal(signal.SIGHUP)
        agent.expect("nothing changed:")
        files("\n!\n")
        agent.process.send_signal(signal.SIGHUP)
        agent.expect("branch.conf: is empty")
        assert "hostname two" in terminal.ask("show running-config", files.state)[1]
        assert agent.stop(signal.SIGTERM)[0] == 0


def wait_for(state, command, text):
    for _ in range(100):
        answer = terminal.ask(command, state)[1]
        if text in answer:
            break
    return answer


def test_a_config_that_others_may_read_is_a_warning(files):
    config = files(SIX_LINES, mode=0o644)
    with Agent(*words(files, config)) as agent:
        agent.expect(f"{config} holds secrets and others may read it: chmod 600 {config}")


@BOTH
def test_it_goes_with_its_terminal(files, interpreter):
    master, slave = pty.openpty()
    with Agent(
        *words(files, files(SIX_LINES)), "--console", "-", interpreter=interpreter, stdin=slave, stdout=slave
    ) as agent:
        os.close(slave)
        agent.expect("console on this terminal; Ctrl-] stops the agent")
        os.close(master)
        assert agent.process.wait(10) == 0


@BOTH
def test_without_a_configuration_it_waits_for_one(files, interpreter):
    with Agent("--state-dir", files.state, "--dataplane", "none", interpreter=interpreter) as agent:
        agent.expect("no startup configuration: type one on the console")
        agent.expect("RESTART")


@BOTH
def test_write_memory_keeps_the_last_configuration(files, interpreter, tmp_path):
    config = files("hostname one\n")
    with Agent(*words(files, config), interpreter=interpreter) as agent:
        agent.expect("RESTART")
        assert terminal.ask("show version", files.state)[0] == 0
        assert terminal.ask("no such command", files.state)[0] == 1
        assert terminal.ask("write memory", files.state) == (0, "Building configuration...\n[OK]\n")
    assert (tmp_path / "branch.conf~").read_text() == "hostname one\n"
    assert "hostname one" in (tmp_path / "branch.conf").read_text()


INTERRUPTED = """
import sys
class Agent:
    def main(self, words):
        raise KeyboardInterrupt
sys.modules["ezvpn.main"] = Agent()
sys.argv[1:] = ["run", "branch.conf"]
try:
    import ezvpn.__main__
except SystemExit as stopped:
    print("exit", stopped.args[0])
"""


@BOTH
def test_ctrl_c_while_it_is_loaded_is_a_stop(interpreter):
    program = [micropython.PROGRAM] if interpreter == "micropython" else [sys.executable]
    done = subprocess.run(
        [*program, "-c", INTERRUPTED], env=micropython.environment(), capture_output=True, text=True, timeout=20
    )
    assert (done.stdout, done.stderr) == ("exit 0\n", "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["version"], 0, "ezvpn " + VERSION),
        (["--help"], 0, "run [CONFIG]"),
        (["run", "--help"], 0, "--console"),
        ([], 2, "exec [--state-dir DIR] COMMAND"),
        (["start"], 2, "run --help"),
    ],
)
def test_the_small_command_line(words, code, said):
    command = [micropython.PROGRAM, "-m", "ezvpn", *words]
    done = subprocess.run(command, env=micropython.environment(), capture_output=True, text=True, timeout=20)
    assert (done.returncode, said in (done.stderr if code else done.stdout)) == (code, True), done


@BOTH
@pytest.mark.slow
def test_a_paste_of_two_thousand_lines_over_a_serial_line_arrives_whole(files, interpreter, tmp_path):
    """As fast as the port takes it, without a look at what comes back: what the agent can't take yet must wait."""
    lines = [f"! line {number:04} of a configuration from another router" for number in range(2000)]
    data = "\r".join(["enable", "configure terminal", *lines, "hostname arrived", "end", ""]).encode()
    cable = Cable(tmp_path)
    far = os.open(cable.far, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    place = ("--state-dir", files.state, "--dataplane", "none", "--console", cable.near + ",115200")
    with Agent(*place, interpreter=interpreter):
        seen = b""
        until = time.monotonic() + 120
        while b"arrived#" not in seen:
            assert time.monotonic() < until, (len(data), seen[-200:])
            # Nothing before the first prompt: it would reach the port before the agent has opened it.
            sending = [far] if data and seen else []
            select.select([far], sending, [], 1)
            try:
                if sending:
                    data = data[os.write(far, data[:4096]) :]
                seen += os.read(far, 65536)
            except BlockingIOError:
                pass
        assert not data
        assert re.findall(rb"\(config\)#(! line .*?)\r\n", seen) == [line.encode() for line in lines]
    os.close(far)
    cable.close()


@BOTH
def test_a_configured_speed_is_that_of_the_serial_port(files, interpreter, tmp_path):
    cable = Cable(tmp_path)
    place = ("--state-dir", files.state, "--dataplane", "none", "--console", cable.near + ",115200")
    with Agent(*place, interpreter=interpreter), serial.Serial(cable.far, 115200, timeout=20) as line:
        for keys, end in (
            (b"\r", b">"),
            (b"enable\r", b"#"),
            (b"configure terminal\r", b"(config)#"),
            (b"line console 0\r", b"(config-line)#"),
            (b"speed 57600\r", b"(config-line)#"),
            (b"end\r", b"Router#"),
        ):
            line.write(keys)
            assert line.read_until(end).endswith(end)
        until = time.monotonic() + 5
        near = os.open(cable.near, os.O_RDWR | os.O_NOCTTY)
        while termios.tcgetattr(near)[4] != termios.B57600:
            assert time.monotonic() < until
            time.sleep(0.05)
        os.close(near)
    cable.close()


@BOTH
def test_a_damaged_copy_is_said_in_the_log_and_the_other_one_used(files, interpreter):
    store = Store(files.state)
    store.open()
    assert store.write("startup-config", b"hostname first\n")
    assert store.write("startup-config", b"hostname second\n")
    with open(store.path("startup-config.b"), "ab") as file:
        file.write(b"half a line")
    store.close()
    with Agent("--state-dir", files.state, "--dataplane", "none", interpreter=interpreter) as agent:
        agent.expect("%SYS-4-CONFIG_WARNING: startup-config.b is damaged; startup-config.a of generation 1 is used")
        assert "hostname first" in wait_for(files.state, "show running-config", "hostname first")
        assert agent.stop(signal.SIGINT)[0] == 0


@BOTH
def test_changes_that_nobody_confirmed_are_taken_back_across_a_restart(files, interpreter):
    config = files("hostname startup\n")
    with Agent(*words(files, config), interpreter=interpreter) as agent:
        agent.expect("RESTART")
        assert wait_for(files.state, "configure confirm 60", "taken back in 60 minutes")
        agent.process.kill()
        agent.process.wait(10)
    with Agent(*words(files, config), interpreter=interpreter) as agent:
        agent.expect("ROLLBK_CNFMD_CHG_FOUND: Changes were waiting to be confirmed")
        assert "Time left: " in terminal.ask("show archive config rollback timer", files.state)[1]
        assert agent.stop(signal.SIGINT)[0] == 0
    with open(files.state + "/rollback", "wb") as file:
        file.write(b"! ezvpn roll-back left 500 until 1750000000\nhostname before\n")
    with Agent(*words(files, config), interpreter=interpreter) as agent:
        agent.expect("Start rolling back: the configuration of before comes back")
        assert "hostname before" in terminal.ask("show running-config", files.state)[1]
        assert agent.stop(signal.SIGINT)[0] == 0
    with open(files.state + "/rollback", "wb") as file:
        file.write(b"! ezvpn roll-b")
    with Agent(*words(files, config), interpreter=interpreter) as agent:
        agent.expect("the changes that were waiting to be confirmed stay: rollback is damaged")
        assert agent.stop(signal.SIGINT)[0] == 0
    assert not os.path.exists(files.state + "/rollback")


@BOTH
def test_stored_secrets_are_encrypted_and_open_at_the_next_start_only_with_the_key(files, interpreter):
    os.makedirs(files.state + "/flash", mode=0o700)
    with open(files.state + "/flash/first", "w") as file:
        file.write("password encryption aes\n" + SIX_LINES)
    run = ("--state-dir", files.state, "--dataplane", "none")
    with Agent(*run, interpreter=interpreter) as agent:
        agent.expect("RESTART")
        assert "bytes copied" in wait_for(files.state, "copy flash:first running-config", "bytes copied")
        assert terminal.ask("write memory", files.state)[0] == 0
        assert agent.stop(signal.SIGINT)[0] == 0
    with open(files.state + "/startup-config.a") as file:
        stored = file.read()
    assert SECRET not in stored
    assert stored.count(" 6 A") == 2
    assert os.stat(files.state + "/device-key").st_mode & 0o777 == 0o600
    # The other interpreter opens it too.
    other = "micropython" if interpreter == "cpython" else "cpython"
    with Agent(*run, interpreter=other) as agent:
        agent.expect("RESTART")
        assert "copied" in wait_for(files.state, "copy running-config flash:again", "copied")
        assert terminal.ask("show running-config", files.state)[1].count("<removed>") == 2
        agent.stop(signal.SIGINT)
    with open(files.state + "/flash/again") as file:
        assert file.read() == stored.partition("\n")[2]
    with open(files.state + "/device-key", "w") as file:
        file.write("ezvpn device-key 1\n" + "00" * 32 + "\n")
    with Agent(*run, interpreter=interpreter) as agent:
        agent.expect("startup-config:8: this type 6 text was not encrypted with the key of this device")
        agent.expect("RESTART")
        wait_for(files.state, "show clock", "time")
        assert "Current State: IDLE" in terminal.ask("show crypto ipsec client ezvpn", files.state)[1]
        assert agent.stop(signal.SIGINT)[0] == 0
    assert SECRET not in "".join(agent.lines)
