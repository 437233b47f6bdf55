"""One version in two places."""

import tomllib

from doubles.micropython import ROOT

from ezvpn.version import VERSION


def test_pyproject_says_the_same():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
