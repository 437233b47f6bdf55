"""libreswan as an Easy VPN gateway: the control plane of a second implementation.

Belongs here: unpacking it, its configuration, starting pluto. Not here: what every gateway answers (`gateway`).
Its package can't be installed beside strongSwan's, so it is unpacked into the virtual environment. On a kernel without
ESP a small preloaded library (`xfrm_shim.c`) lets quick mode finish; no packet passes. Groups 1 and 2 aren't compiled in.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ezvpn_hil.lab.daemon import Daemon
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import Processes, wait_until
from ezvpn_hil.lab.wiring import Wan

STORE = Path(sys.prefix) / "opt" / "libreswan"
LIBRARIES = "libnss3-tools libldns3 libunbound8 libcurl3-nss libevent-core-2.1-7 libevent-pthreads-2.1-7 libldap-2.5-0"
# With one split network and one DNS server, banner and domain together must leave this remainder.
ATTRIBUTE_REST = 2
UNSUPPORTED_GROUPS = ("modp768", "modp1024")


def unpack() -> Path:
    """The root of the unpacked package; downloads it with apt the first time. Raises LabError."""
    root = STORE / "root"
    if (root / "usr/libexec/ipsec/pluto").exists():
        return root
    STORE.mkdir(parents=True, exist_ok=True)
    for argv in (["apt-get", "-q", "download", "libreswan"], ["sh", "-c", "exec dpkg -x libreswan_*.deb root"]):
        done = subprocess.run(argv, cwd=STORE, capture_output=True, text=True)
        if done.returncode:
            raise LabError(f"libreswan: {' '.join(argv)}: {done.stderr.strip()[-300:]}")
    return root


def ike_words(proposals: tuple[str, ...]) -> str:
    """strongSwan's `aes256-sha256-modp2048` as libreswan's `aes256-sha2;modp2048`; groups it lacks are left out."""
    words = []
    for proposal in proposals:
        cipher, hash_, group = proposal.split("-")
        if group not in UNSUPPORTED_GROUPS:
            words.append(f"{cipher}-{hash_.replace('sha256', 'sha2').replace('sha512', 'sha2_512')};{group}")
    if not words:
        raise LabError(f"libreswan supports none of {', '.join(proposals)}: use modp1536 or modp2048")
    return ",".join(words)


def connections(gateway: Gateway) -> list[str]:
    """Names in the order of `site_conf`."""
    if not gateway.peers:
        return ["ez"]
    return [f"net{i}" for i in range(len(gateway.split or ()) * len(gateway.behind))]


def site_conf(gateway: Gateway, address: str) -> str:
    """Site-to-site with the first of the peers: main mode, a connection for each pair of networks."""
    pairs = [(ours, theirs) for ours in gateway.split or () for theirs in gateway.behind]
    conns = "".join(
        f"""
conn {name}
  ikev2=never
  authby=secret
  left={address}
  leftid={address}
  leftsubnet={ours}
  leftupdown=%disabled
  right={gateway.peers[0]}
  rightid={gateway.peers[0]}
  rightsubnet={theirs}
  ike={ike_words(gateway.ike)}
  esp={",".join(e.replace("sha256", "sha2_256") for e in gateway.esp)}
  pfs=no
  dpddelay={gateway.dpd_delay}
  dpdtimeout={gateway.dpd_timeout}
  dpdaction=clear
  auto=add
"""
        for name, (ours, theirs) in zip(connections(gateway), pairs, strict=True)
    )
    return f"""config setup
  ikev1-policy=accept
  uniqueids=no
{conns}"""


def ipsec_conf(gateway: Gateway, address: str, pool: str) -> str:
    if gateway.peers:
        return site_conf(gateway, address)
    first = pool.partition("/")[0].rpartition(".")[0]
    subnet = gateway.split[0] if gateway.split else "0.0.0.0/0"
    # The Mode Config attributes must add up to a multiple of four bytes: strongSwan's client refuses pluto's padding.
    banner = gateway.banner + "." * ((ATTRIBUTE_REST - len(gateway.banner) - len(gateway.domain)) % 4)
    # leftupdown off: an unpacked pluto would run another package's script.
    return f"""config setup
  ikev1-policy=accept
  virtual-private=%v4:198.18.0.0/16
  uniqueids=no

conn ez
  ikev2=never
  authby=secret
  aggressive=yes
  left={address}
  leftid={address}
  leftsubnet={subnet}
  leftxauthserver=yes
  leftmodecfgserver=yes
  leftupdown=%disabled
  right=%any
  rightid=@[{gateway.group}]
  rightxauthclient=yes
  rightmodecfgclient=yes
  rightaddresspool={first}.1-{first}.100
  modecfgpull=yes
  modecfgdns={" ".join(gateway.dns)}
  modecfgdomains="{gateway.domain}"
  modecfgbanner="{banner}"
  xauthby=file
  cisco-unity=yes
  ike={ike_words(gateway.ike)}
  esp={",".join(e.replace("sha256", "sha2_256") for e in gateway.esp)}
  pfs=no
  dpddelay={gateway.dpd_delay}
  dpdtimeout={gateway.dpd_timeout}
  auto=add
"""


def build_shim(folder: Path) -> Path:
    """Raises LabError when there is no compiler."""
    library = folder / "xfrm_shim.so"
    source = Path(__file__).with_name("xfrm_shim.c")
    try:
        done = subprocess.run(
            ["gcc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], capture_output=True, text=True
        )
    except FileNotFoundError:
        raise LabError("libreswan's shim needs a compiler: run apt-get install -y gcc libc6-dev") from None
    if done.returncode:
        raise LabError(f"libreswan's shim: {done.stderr.strip()[-300:]}")
    return library


class LibreswanGateway(RunningGateway):
    def __init__(
        self,
        role: str,
        options: Gateway,
        address: str,
        pool: str,
        space: Namespace,
        processes: Processes,
        run_dir: Path,
        wan: Wan,
    ) -> None:
        self._root = unpack()
        self.folder = run_dir / role
        self._programs = self._root / "usr/libexec/ipsec"
        self._control = self.folder / "run" / "pluto.ctl"
        # pluto insists on /usr/libexec/ipsec/addconn: laid over in the mount namespace that `ip netns exec` makes.
        overlay = f"mount -t overlay overlay -o lowerdir={self._root}/usr/libexec:/usr/libexec /usr/libexec"
        pluto = [str(self._programs / "pluto"), "--config", str(self.folder / "ipsec.conf"), "--nofork", "--stderrlog"]
        pluto += ["--rundir", str(self.folder / "run"), "--secretsfile", str(self.folder / "ipsec.secrets")]
        pluto += ["--ipsecdir", str(self.folder / "d"), "--nssdir", str(self.folder / "nss")]
        shim = self.folder / "xfrm_shim.so"
        argv = ["sh", "-c", f'mount --make-rprivate / && {overlay} && exec env LD_PRELOAD={shim} "$0" "$@"', *pluto]
        log = run_dir / "log" / f"{role}.log"
        env = {"IPSEC_CONF": str(self.folder / "ipsec.conf")}
        daemon = Daemon(role, space, processes, argv, log, lambda pid: self._control.exists(), env)
        super().__init__(role, options, address, pool, daemon, wan)

    def start(self) -> None:
        self._write()
        for left in (self.folder / "run").iterdir():
            left.unlink()
        if not self.space.run(["ip", "route", "show", "default"]).stdout:
            # %any wants a default route; the namespace is closed, so it leads nowhere.
            self.space.batch("route add default dev wan0")
        self.daemon.start()
        self._whack("--listen")
        self.space.run(
            [str(self._programs / "addconn"), "--config", str(self.folder / "ipsec.conf")]
            + ["--ctlsocket", str(self._control), *connections(self.options)]
        )

    def _whack(self, *words: str) -> str:
        argv = [str(self._programs / "whack"), "--ctlsocket", str(self._control), *words]
        done = [self.space.run(argv, check=False)]

        def heard() -> bool:
            if done[0].returncode:  # the socket is there a moment before pluto reads it
                done[0] = self.space.run(argv, check=False)
            return done[0].returncode == 0

        if not wait_until(heard, 5, 0.1):
            raise LabError(f"whack {' '.join(words)}: {(done[0].stdout + done[0].stderr).strip()[-300:]}")
        return done[0].stdout

    def status(self) -> str:
        """whack --status."""
        return self._whack("--status")

    def initiate(self, child: str = "net0") -> None:
        """Site-to-site: begin from the gateway's side. Returns at once."""
        self._whack("--name", child, "--initiate", "--asynchronous")

    def _write(self) -> None:
        for name in ("d", "run", "nss"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "ipsec.conf").write_text(ipsec_conf(self.options, self.address, self.pool))
        secrets = self.folder / "ipsec.secrets"
        peer = self.options.peers[0] if self.options.peers else f"@[{self.options.group}]"
        secrets.write_text(f'{self.address} {peer} : PSK "{self.options.psk}"\n')
        rows = []
        for user, password in self.options.users:
            done = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True)
            rows.append(f"{user}:{done.stdout.strip()}:ez\n")
        (self.folder / "d" / "passwd").write_text("".join(rows))
        if not (self.folder / "nss" / "cert9.db").exists():
            try:
                subprocess.run(
                    ["certutil", "-N", "-d", f"sql:{self.folder}/nss", "--empty-password"],
                    check=True,
                    capture_output=True,
                )
            except (FileNotFoundError, subprocess.CalledProcessError):
                raise LabError(f"libreswan needs libraries: run apt-get install -y {LIBRARIES}") from None
        build_shim(self.folder)
