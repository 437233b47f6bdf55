"""The lab itself, judged by programs that are not ours: vpnc and strongSwan's client connect, through NAT and loss."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ezvpn_hil.lab import lab as labs
from ezvpn_hil.lab import rundir
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import LabError, existing
from ezvpn_hil.lab.plan import ELSEWHERE, LAN_HOST, Gateway, own_lan_host
from ezvpn_hil.lab.processes import start_time, wait_until

TEN_MEGABYTES = 10_000_000


def host_links() -> list[str]:
    return sorted(os.listdir("/sys/class/net"))


@pytest.mark.parametrize("where", ["client", "clientnat"])
def test_vpnc_connects_pings_and_moves_ten_megabytes_both_ways(lab: Lab, where: str) -> None:
    space = lab.spaces[where]
    before = space.dump()
    vpnc = lab.vpnc(space, f"vpnc-{where}")
    vpnc.connect(lab.gateways[0])
    try:
        assert space.ping(LAN_HOST)
        assert lab.transfer("down", TEN_MEGABYTES, space)[0]
        assert lab.transfer("up", TEN_MEGABYTES, space)[0]
        (sa,) = (sa for sa in lab.gateways[0].list_sas() if sa["state"] == "ESTABLISHED")
        assert sa["remote-xauth-id"] == "alice"
        (leased,) = lab.gateways[0].leases()
        # the LAN's host reaches the client as well
        assert lab.lan.ping(leased)
    finally:
        vpnc.disconnect()
    assert space.dump() == before


def test_charon_as_client_connects(lab: Lab) -> None:
    client = lab.strongswan_client()
    client.connect(lab.gateways[0], "aes256-sha256-modp2048", "aes256-sha256")
    try:
        assert lab.client.ping(LAN_HOST)
    finally:
        client.disconnect()


def test_a_gateway_with_the_default_route_reaches_elsewhere(lab: Lab) -> None:
    vpnc = lab.vpnc()
    # vpnc's own packets must not follow the default route that its script adds
    lab.client.batch(f"route add {lab.gateways[2].address}/32 dev wan0")
    vpnc.connect(lab.gateways[2])
    try:
        assert lab.client.ping(ELSEWHERE)
    finally:
        vpnc.disconnect()
        lab.client.batch(f"route del {lab.gateways[2].address}/32 dev wan0")


def test_nothing_of_the_lan_is_reachable_without_a_tunnel(lab: Lab) -> None:
    for address in (LAN_HOST, ELSEWHERE, own_lan_host(1)):
        assert not lab.client.ping(address, 1)


def test_wrong_password_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError, match="authentication unsuccessful"):
        lab.vpnc().connect(lab.gateways[0], password="wrong")


def test_faults_of_a_gateway(gateway_mended: Lab) -> None:
    lab = gateway_mended
    gateway = lab.gateways[0]
    vpnc = lab.vpnc()
    vpnc.connect(gateway)
    try:
        gateway.freeze()
        assert gateway.daemon.state() == "is frozen"
        assert not lab.client.ping(LAN_HOST, 1)
        gateway.thaw()
        assert lab.client.ping(LAN_HOST)
        gateway.cut()
        assert not lab.client.ping(LAN_HOST, 1)
        assert lab.wan.dropped() > 0
        gateway.restore()
        assert lab.client.ping(LAN_HOST)
        gateway.restart()
        assert not lab.client.ping(LAN_HOST, 1)
        assert gateway.list_sas() == []
    finally:
        vpnc.disconnect()


def test_gateways_options_can_change_while_it_runs() -> None:
    with Lab([Gateway()], nat=False, broker="none") as lab:
        gateway = lab.gateways[0]
        assert hasattr(gateway, "configure")
        gateway.configure(Gateway(users=(("bob", "bob-pass"),)))
        vpnc = lab.vpnc()
        vpnc.connect(gateway)
        assert list(gateway.leases().values()) == ["bob"]
        vpnc.disconnect()


def test_loss_is_random_and_silent(gateway_mended: Lab) -> None:
    gateway_mended.gateways[1].loss(30)
    done = gateway_mended.client.run(
        ["ping", "-n", "-q", "-c", "40", "-i", "0.02", "-W", "1", gateway_mended.gateways[1].address], check=False
    )
    received = int(done.stdout.split(" received")[0].split()[-1])
    assert 4 <= received <= 36  # 49 % come through on average
    assert "errors" not in done.stdout


def test_names_resolve_in_the_client(lab: Lab) -> None:
    for space in (lab.client, lab.client_nat):
        assert space is not None
        done = space.run(["getent", "ahostsv4", "gw2.lab.example"])
        assert done.stdout.startswith(lab.gateways[1].address)
        assert space.run(["getent", "ahostsv4", "nobody.lab.example"], check=False).returncode == 2


def test_broker_keeps_retained_messages_over_a_restart(lab: Lab) -> None:
    broker = lab.broker
    assert broker is not None
    # client --PUBLISH retained--> broker; broker restarts; broker --PUBLISH--> late subscriber
    lab.client.run(["mosquitto_pub", "-h", "broker.lab.example", "-t", "t/lab", "-m", '{"x": 1}', "-r", "-q", "1"])
    broker.restart()
    late = broker.subscribe("t/#")
    assert late.wait("t/lab") == {"x": 1}
    assert late.messages()[0] == ("t/lab", {"x": 1}, True)
    late.close()
    lab.client.run(["mosquitto_pub", "-h", "broker.lab.example", "-t", "t/lab", "-n", "-r"])


def test_broker_speaks_tls_and_a_wrong_authority_refuses_it(lab: Lab) -> None:
    assert lab.broker is not None
    files = lab.broker.certificates
    argv = ["mosquitto_pub", "-h", "broker.lab.example", "-t", "t/tls", "-m", "x"]
    client = ["--cert", f"{files}/client.pem", "--key", f"{files}/client-key.pem"]
    lab.client.run([*argv, "-p", "8883", "--cafile", f"{files}/ca.pem"])
    lab.client.run([*argv, "-p", "8884", "--cafile", f"{files}/ca.pem", *client])
    assert lab.client.run([*argv, "-p", "8883", "--cafile", f"{files}/wrong-ca.pem"], check=False).returncode
    assert lab.client.run([*argv, "-p", "8884", "--cafile", f"{files}/ca.pem"], check=False).returncode


def test_libreswan_agrees_to_a_tunnel() -> None:
    gateway = Gateway(
        kind="libreswan", ike=("aes256-sha256-modp2048", "3des-sha1-modp1536"), esp=("aes128-sha1", "3des-sha1")
    )
    with Lab([gateway], nat=False, broker="none") as lab:
        client = lab.strongswan_client()
        client.connect(lab.gateways[0], "aes256-sha256-modp2048", "aes128-sha1")  # all up to the kernel's limit
        client.disconnect()
        lab.gateways[0].restart()
        vpnc = lab.vpnc()
        vpnc.connect(lab.gateways[0], "modp1536", weak=True)
        vpnc.disconnect()


def test_down_leaves_nothing() -> None:
    links = host_links()
    with Lab(broker="both") as lab:
        lab.vpnc().connect(lab.gateways[0])  # a process that only the namespace knows
        name, path = lab.name, lab.path
        pids = [pid for space in lab.spaces.values() for pid in space.pids()]
        assert len(pids) >= 6
        assert any(n.startswith(name) for n in existing())
    assert not any(n.startswith(name) for n in existing())
    assert [pid for pid in pids if start_time(pid)] == []
    assert not path.exists()
    assert not list(rundir.NETNS_ETC.glob(f"{name}-*"))
    assert host_links() == links


def test_a_failed_start_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ezvpn_hil.lab.strongswan.CHARON", "/bin/false")
    lab = Lab(nat=False)
    with pytest.raises(LabError, match="gw1 did not start"):
        lab.up()
    lab.down()  # twice is once
    assert not any(n.startswith(lab.name) for n in existing())
    assert not lab.path.exists()


OWNER = """
import time
from ezvpn_hil.lab.lab import Lab
with Lab(nat=False) as lab:
    print(lab.name, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_lab_whose_owner_was_ended_is_removed(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EZVPN_LAB_DIR", str(tmp_path))  # so that no other lab clears up first
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert owner.stdout is not None
    name = owner.stdout.readline().strip()
    assert any(n.startswith(name) for n in existing())
    owner.send_signal(number)
    owner.wait(10)
    if number == signal.SIGKILL:
        assert any(n.startswith(name) for n in existing())
        with Lab(nat=False, broker="none"):
            pass  # the next lab clears up
    assert not any(n.startswith(name) for n in existing())
    assert name not in [run.name for run in labs.running()]


def test_commands_of_a_person(tmp_path: Path) -> None:
    def lab_command(*words: str) -> str:
        code = "from ezvpn_hil.cli import lab; lab()"
        env = {**os.environ, "EZVPN_LAB_DIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = lab_command("up", "--gateways", "2", "--no-nat")
    name = said.split()[1]
    try:
        assert "peer 198.51.100.11" in said
        lab_command("fault", "freeze", "gw2")
        assert "gw2 strongswan is frozen" in lab_command("status")
        lab_command("loss", "5", "gw1")
    finally:
        assert f"lab {name} is down" in lab_command("down")
    assert "no lab" in lab_command("status")
    assert wait_until(lambda: not any(n.startswith(name) for n in existing()), 1)


@pytest.mark.alone
def test_a_lab_is_up_within_seconds() -> None:
    began = time.monotonic()
    with Lab(nat=False, broker="none"):
        assert time.monotonic() - began < 5


ROOTLESS = """
from ezvpn_hil.lab.lab import Lab
with Lab() as lab:
    lab.vpnc().connect(lab.gateways[0])
    print(lab.name, lab.client.ping("203.0.113.100"), lab.transfer("down", 1_000_000)[0], flush=True)
    input()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_lab_in_namespaces_of_the_users_own_ends_with_its_program(number: signal.Signals) -> None:
    argv = [sys.executable, "-m", "ezvpn_hil.lab.rootless", sys.executable, "-c", ROOTLESS]
    program = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    name, ping, transfer = program.stdout.readline().split()
    assert (ping, transfer) == ("True", "True")
    assert not any(n.startswith(name) for n in existing())  # nothing of it is to be seen out here
    if number == signal.SIGINT:
        os.killpg(program.pid, number)  # as a terminal does
    else:
        program.kill()
    # everything in there holds an end of this pipe
    assert program.communicate(timeout=15)[0] == ""
