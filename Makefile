# One command for each thing; `make` alone lists them. All set-up happens by itself.
.DEFAULT_GOAL := help
.PHONY: help demo test device hil check format unit interop fuzz soak bench lab-up lab-down clean

PLACE := qemu_virt_armv7
PYTEST := .venv/bin/python -m pytest

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.venv/.ready: pyproject.toml tools/setup.sh
	@tools/setup.sh

demo: ## a real tunnel on this machine: gateway, broker and agent in namespaces, traffic, reports; leaves nothing behind
	@tools/setup.sh --demo && .venv/bin/python -m ezvpn_hil.demo

test: ## every test that needs no board; installs what is missing
	@tools/setup.sh --system && .venv/bin/python tools/run_tests.py

device: ## builds the device binaries and tests them, with gateways too; installs what is missing
	@tools/setup.sh --system && .venv/bin/python tools/run_tests.py device

hil: ## builds the router image of a board and runs hil/ on it in QEMU (root); PLACE=NAME for another one
	@tools/setup.sh --system && .venv/bin/ezvpn firmware build --board $(PLACE) && $(PYTEST) hil --place $(PLACE)

check: .venv/.ready ## format, lint, types and house rules, under 30 s
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy agent hil firmware && $(PYTEST) tests/rules

format: .venv/.ready ## put the source into its format
	.venv/bin/ruff format . && .venv/bin/ruff check --fix .

unit: .venv/.ready ## the tests that need no namespace: unit, dual, pair, transcript
	$(PYTEST) -n 2 --ignore=tests/interop --ignore=tests/device tests

interop: .venv/.ready ## the tests against real gateways and brokers (root)
	$(PYTEST) tests/interop

fuzz: .venv/.ready ## the long form of the fuzz tests
	cd tests && ../.venv/bin/python -m fuzz.receive --count 1000000 && ../.venv/bin/python -m fuzz.console 5000000 && \
	MICROPYPATH=../agent:.:.frozen ../.venv/bin/micropython -m fuzz.console 5000000
	cd tests && ../.venv/bin/python -m doubles.device_binary sanitized device.hostile 40100 1000000 1

soak: .venv/.ready ## a hundred years of devices on the virtual clock, under 30 min on 2 cores
	cd tests && ../.venv/bin/python -m soak

bench: .venv/.ready ## figures beside vpnc and strongSwan, on one gateway (root)
	.venv/bin/python bench/run.py

lab-up: .venv/.ready ## build a lab and leave it running (root)
	.venv/bin/ezvpn lab up

lab-down: .venv/.ready ## take every lab of this machine down (root)
	.venv/bin/ezvpn lab down --all

clean: ## remove what was built, the virtual environment too
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache tests/.out
