"""What `debug` makes a node tell: the mask, the rate, SAs that come and go, and that nothing secret is ever told."""

from __future__ import annotations

from doubles.device import SIX_LINES, World, gateway

from ezvpn.ike.events import Dropped, Traced
from ezvpn.log import Debug, Ring
from ezvpn.node.debugging import Debugging


class Core:
    trace = Debug.EXCHANGES


def told(ring: Ring) -> list[str]:
    return [record.mnemonic for record in ring.after(0)[1]]


def line(number: int) -> Traced:
    return Traced(1, "ISAKMP_CONFIG", (str(number),))


def test_the_mask_is_the_cores_too_and_leaves_traces_of_tests_alone() -> None:
    core = Core()
    debugging = Debugging(Ring(), core)  # type: ignore[arg-type]
    debugging.switch(Debug.ISAKMP | Debug.EZVPN)
    assert core.trace == Debug.ISAKMP | Debug.EZVPN | Debug.EXCHANGES
    debugging.switch(0)
    assert core.trace == Debug.EXCHANGES


def test_only_what_was_asked_for_is_told() -> None:
    ring = Ring()
    debugging = Debugging(ring, Core())  # type: ignore[arg-type]
    dropped = Dropped(0, "malformed", "x")
    debugging.event(dropped, None, 0)
    debugging.switch(Debug.EZVPN)
    debugging.event(dropped, None, 0)
    assert told(ring) == [] and debugging.wants("EZVPN_STATE") and not debugging.wants("IKE_DROPPED")
    debugging.switch(Debug.ISAKMP)
    debugging.event(dropped, None, 0)
    assert told(ring) == ["IKE_DROPPED"]


def test_a_storm_is_cut_off_and_counted() -> None:
    ring = Ring()
    debugging = Debugging(ring, Core())  # type: ignore[arg-type]
    for number in range(1000):
        debugging.event(line(number), None, 2**30)
    assert (ring.debugging, debugging.left_out) == (400, 600)
    debugging.event(line(0), None, 2**30 + 10)
    assert debugging.left_out == 601, "40 a second"
    debugging.event(line(0), None, 2**30 + 100)
    assert [record.text() for record in ring.after(0)[1]][-2].endswith("601 debug lines left out")


def test_a_storm_pushes_nothing_out_that_matters() -> None:
    ring = Ring()
    ring.add(0, "CONFIG", "console")
    debugging = Debugging(ring, Core())  # type: ignore[arg-type]
    for number in range(400):
        debugging.event(line(number), None, 0)
    assert told(ring)[0] == "CONFIG" and len(told(ring)) == 201


def test_sas_are_told_with_their_spis_and_never_with_a_key() -> None:
    w = World(gateway())
    w.node.debugging.switch(Debug.IPSEC)
    w.configure(SIX_LINES)
    w.up()
    lines = [text for text in w.device.log() if text.startswith("IPSEC")]
    assert [text.split(":")[0] for text in lines] == ["IPSEC(sa_request)"] + ["IPSEC(initialize_sas)"] * 2 + [
        "IPSEC(create_sa)"
    ] * 2
    (child,) = w.status.children
    for spi in (child.spi_in, child.spi_out):
        assert len([text for text in lines if f"spi= 0x{spi:X}({spi})" in text]) == 2
    assert "local= 198.51.100.2, remote= 198.51.100.11" in lines[0]
    assert lines[0].endswith("lifedur= 3600s and 4608000kb")
    assert "local= 198.51.100.2, remote= 198.51.100.11" in lines[1]
    w.call(w.device, w.node.execute, 9, "clear crypto ipsec client ezvpn", w.now)
    gone = [text for text in w.device.log() if text.startswith("IPSEC(delete_sa)")]
    assert len(gone) == 2 and all("reason= closed" in text for text in gone)


def test_nothing_secret_is_told() -> None:
    w = World(gateway())
    w.node.debugging.switch(7)
    keys: list[str] = []
    install = w.node.plane.install

    def watched(name: str, event: object, now: int) -> None:
        for key in (event.key_in, event.auth_in, event.key_out, event.auth_out):  # type: ignore[attr-defined]
            keys.append(bytes(key).hex())
        install(name, event, now)

    w.node.plane.install = watched  # type: ignore[method-assign]
    w.configure(SIX_LINES)
    w.up()
    w.wait(4000000)
    text = "\n".join(w.device.log())
    assert "IKE_CFG_REQUEST" in text and len(keys) >= 8, "a login and a rekey"
    found = [secret for secret in ("group-secret", "alice-pass", *keys) if secret.lower() in text.lower()]
    assert not found


def test_debugging_from_a_console_shows_its_lines_there_and_changes_nothing_else() -> None:
    quiet, loud = World(gateway()), World(gateway())
    loud.call(loud.device, loud.node.console_open, 1, 200, loud.now)
    loud.call(loud.device, loud.node.console, 1, b"enable\rdebug crypto isakmp\r", loud.now)
    for w in (quiet, loud):
        w.configure(SIX_LINES)
        w.up()
        w.wait(600000)
    assert [data for _, _, _, data in quiet.log] == [data for _, _, _, data in loud.log], "the same bytes on the wire"
    written = b"".join(data for _, data in loud.device.ordered("write"))
    assert b"Crypto ISAKMP debugging is on" in written
    assert b"New State = IKE_P1_COMPLETE" in written
