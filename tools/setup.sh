#!/bin/bash
# Makes a fresh machine ready: the virtual environment, and (with --system) the Debian packages of tools/packages.txt.
# Does nothing where all is there already. On failure it stops and names the one command to run.
#   tools/setup.sh            Python packages only
#   tools/setup.sh --system   Debian packages as well; without the right to install them it stops
#   tools/setup.sh --demo     Debian packages if it can; else says what is used instead and goes on
set -euo pipefail
cd "$(dirname "$0")/.."

MODE=${1:-}
STEPS=$([ -n "$MODE" ] && echo 3 || echo 1)
STEP=0
LOG=$(mktemp)
POLICY=/usr/sbin/policy-rc.d
UNGUARD=: # the command that takes our policy away again, also after Ctrl-C
trap 'rm -f "$LOG"; $UNGUARD' EXIT

step() { STEP=$((STEP + 1)); printf '[%s/%s] %s … ' "$STEP" "$STEPS" "$1"; }
ok() { echo "${1:-ok}"; }
AS_ROOT=$([ "$(id -u)" = 0 ] || echo "sudo ")
# fail WHAT COMMAND: the end of what was said, and the one command
fail() {
  echo failed
  tail -n 15 "$LOG" >&2
  printf '\n%s\nRun this, then the same make target again:\n\n    %s\n\n' "$1" "$2" >&2
  exit 1
}

packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' tools/packages.txt; }

missing_packages() {
  local name
  for name in $(packages); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
  done
}

python_packages() {
  step "Python packages"
  local stamp
  stamp=$(cat pyproject.toml tools/setup.sh | sha256sum | cut -c1-16)
  if [ "$(cat .venv/.ready 2>/dev/null)" = "$stamp" ]; then
    touch .venv/.ready
    ok "ok (already there)"
    return
  fi
  ensure_venv
  local python=${PYTHON:-python3}
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >"$LOG" 2>&1 ||
    fail "Python 3.11 or newer is needed." "${AS_ROOT}apt-get install -y python3 python3-venv"
  if [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv >"$LOG" 2>&1 || { rm -rf .venv; fail "The virtual environment can't be made." "${AS_ROOT}apt-get install -y python3-venv"; }
  fi
  .venv/bin/python -m pip install -q --disable-pip-version-check -e '.[dev]' >"$LOG" 2>&1 ||
    fail "pip could not install the packages." ".venv/bin/python -m pip install -e '.[dev]'"
  echo "$stamp" >.venv/.ready
  ok
}

# A bare Debian has Python without its venv module, or none at all.
ensure_venv() {
  "${PYTHON:-python3}" -c 'import ensurepip' >/dev/null 2>&1 && return
  local prefix
  command -v apt-get >/dev/null && prefix=$(apt_prefix) || return 0
  { $prefix apt-get -q update && $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 python3-venv; } >"$LOG" 2>&1 || true
}

# Answers on stdout how apt can be run: "" as root, "sudo" with it; fails where neither works.
apt_prefix() {
  if [ "$(id -u)" = 0 ]; then echo ""; return; fi
  command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } && echo sudo
}

system_packages() {
  step "Debian packages"
  local missing prefix
  if ! command -v dpkg-query >/dev/null; then
    [ "$MODE" = --demo ] && { ok "not a Debian machine: the demo uses what is there"; return; }
    fail "This is not a Debian machine: install the programs of tools/packages.txt yourself." "cat tools/packages.txt"
  fi
  missing=$(missing_packages | paste -sd ' ')
  if [ -z "$missing" ]; then ok "ok (already there)"; return; fi
  local install="apt-get install -y --no-install-recommends $missing"
  if ! prefix=$(apt_prefix); then
    [ "$MODE" = --demo ] && { ok "no right to install: the practice gateway and the embedded broker stand in where needed"; return; }
    : >"$LOG"
    local command="su -c '$install'"
    command -v sudo >/dev/null && command="sudo $install"
    fail "Some Debian packages are missing and this user may not install them." "$command"
  fi
  # No daemon may start by itself: the lab starts its own, in namespaces.
  if [ ! -e "$POLICY" ]; then
    UNGUARD="$prefix rm -f $POLICY"
    printf '#!/bin/sh\nexit 101\n' | $prefix tee "$POLICY" >/dev/null && $prefix chmod 755 "$POLICY"
  fi
  local done=yes
  $prefix apt-get -q update >"$LOG" 2>&1 || true
  $prefix env DEBIAN_FRONTEND=noninteractive $install >>"$LOG" 2>&1 || done=no
  $UNGUARD
  UNGUARD=:
  if [ $done = no ]; then
    [ "$MODE" = --demo ] && { ok "apt could not: the practice gateway and the embedded broker stand in where needed"; return; }
    fail "apt could not install the Debian packages." "${prefix:+$prefix }apt-get update && ${prefix:+$prefix }$install"
  fi
  ok
}

second_gateway() {
  step "libreswan, unpacked beside strongSwan"
  if [ -x .venv/opt/libreswan/root/usr/libexec/ipsec/pluto ]; then ok "ok (already there)"; return; fi
  if ! command -v apt-get >/dev/null || [ "$MODE" = --demo ]; then ok "not needed"; return; fi
  .venv/bin/python -c 'from ezvpn_hil.lab.libreswan import unpack; unpack()' >"$LOG" 2>&1 ||
    fail "apt could not download libreswan." "(cd .venv/opt/libreswan && apt-get download libreswan)"
  ok
}

python_packages
if [ -n "$MODE" ]; then
  system_packages
  second_gateway
fi
