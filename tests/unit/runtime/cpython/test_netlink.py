"""The kernel door, and the whole plane on a real kernel in a namespace of the test's own: before equals after."""

import os
import tempfile

import pytest

from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.cpython.netlink import NetlinkKernel
from unit.runtime.cpython.test_tundev import in_namespace


@pytest.fixture
def kernel(tmp_path):
    kernel = NetlinkKernel(str(tmp_path))
    yield kernel
    kernel.close()


def test_texts_are_written_whole_and_removed(kernel, tmp_path):
    assert kernel.read_text("routes") == ""
    kernel.write_text("routes", "198.51.100.1/32\n")
    assert kernel.read_text("routes") == "198.51.100.1/32\n"
    assert os.listdir(tmp_path) == ["routes"]
    kernel.write_text("routes", None)
    kernel.write_text("routes", None)
    assert os.listdir(tmp_path) == []


def test_a_symbolic_link_stays_one(kernel, tmp_path):
    real, link = tmp_path / "real", tmp_path / "resolv.conf"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to(real)
    kernel.write_text(str(link), "after")
    assert link.is_symlink()
    assert real.read_text() == "after"
    assert real.stat().st_mode & 0o777 == 0o640


def test_bytes_that_are_no_text_come_back_as_they_were(kernel, tmp_path):
    (tmp_path / "odd").write_bytes(b"\xff\xfe nameserver")
    kernel.write_text("copy", kernel.read_text("odd"))
    assert (tmp_path / "copy").read_bytes() == b"\xff\xfe nameserver"


def test_a_place_that_does_not_exist_is_said(kernel):
    with pytest.raises(KernelError, match="cannot write .*/nowhere/x: No such file"):
        kernel.write_text("nowhere/x", "text")


def test_a_mount_point_is_rewritten_in_place(kernel, tmp_path, monkeypatch):
    (tmp_path / "resolv.conf").write_text("before")

    def busy(*_):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(os, "rename", busy)
    kernel.write_text("resolv.conf", "after")
    assert os.listdir(tmp_path) == ["resolv.conf"]
    assert kernel.read_text("resolv.conf") == "after"


@pytest.mark.parametrize("story", ["detach", "refused", "device", "missing"])
def test_before_equals_after(story):
    with tempfile.TemporaryDirectory() as state:
        assert in_namespace("plane_in_namespace.py", story, state)[-1] == "all steps done"


def test_after_kill_9_and_a_start_too():
    with tempfile.TemporaryDirectory() as state:
        assert in_namespace("plane_in_namespace.py", "crash", state)[-1] == "all steps done"
