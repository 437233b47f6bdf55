"""Both backends for the contract tests. MicroPython's runs here with a stand-in for `cryptolib`; tests/dual runs it for real."""

import json
from pathlib import Path

import pytest
from doubles import fake_cryptolib

from ezvpn.crypto import backend_cpython, backend_micropython

VECTORS = Path(__file__).parents[2] / "vectors"


@pytest.fixture(params=["cpython", "micropython"])
def backend(request, monkeypatch):
    if request.param == "cpython":
        return backend_cpython.Backend()
    monkeypatch.setattr(backend_micropython, "cryptolib", fake_cryptolib)
    return backend_micropython.Backend()


@pytest.fixture(scope="session")
def primitives():
    return json.loads((VECTORS / "primitives.json").read_text())


@pytest.fixture(scope="session")
def ike_vectors():
    return json.loads((VECTORS / "ike-vectors.json").read_text())
