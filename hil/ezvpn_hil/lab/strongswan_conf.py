"""Configuration text of strongSwan, as a gateway and as a client to compare with.

Belongs here: pure functions from a `plan` record to text. Not here: starting charon (`strongswan`), asking it (`vici`).
Attribute numbers: draft-dukes-ike-mode-cfg, Unity attributes 28672 and up.
"""

from __future__ import annotations

from ezvpn_hil.lab.plan import Gateway

GATEWAY_PLUGINS = (
    "random nonce openssl aes sha1 sha2 md5 hmac kdf gmp gcm x509 pem pkcs1 constraints revocation pubkey"
    " kernel-libipsec kernel-netlink socket-default unity xauth-generic vici updown counters"
)
CLIENT_PLUGINS = (
    "random nonce openssl aes sha1 sha2 md5 hmac kdf gmp gcm"
    " kernel-libipsec kernel-netlink socket-default unity xauth-generic vici updown"
)
# Keeps swanctl from loading every plugin, which takes longer than all its work.
TOOL_CONF = "swanctl { load = openssl pem pkcs1 pkcs8 x509 random nonce }\n"

BANNER = 28672
SAVE_PASSWORD = 28673
DEFAULT_DOMAIN = 28674
SPLIT_DNS = 28675
PFS = 28679
BACKUP_SERVERS = 28681


def daemon_conf(vici_socket: str, log: str, client: bool = False) -> str:
    """The strongswan.conf of one charon-systemd, with its own control socket and log file."""
    return f"""charon-systemd {{
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  cisco_unity = yes
  install_routes = yes
  install_virtual_ip = yes
  retransmit_tries = 5
  load = {CLIENT_PLUGINS if client else GATEWAY_PLUGINS}
  plugins {{
    vici {{
      socket = unix://{vici_socket}
    }}
  }}
  filelog {{
    main {{
      path = {log}
      time_format = %H:%M:%S
      time_add_ms = yes
      flush_line = yes
      default = 1
      ike = 2
      cfg = 2
    }}
  }}
}}
"""


def gateway_conf(gateway: Gateway, address: str, pool: str) -> str:
    """The swanctl.conf of an Easy VPN gateway: aggressive mode, group key, XAUTH, Mode Config."""
    if gateway.peers:
        return site_conf(gateway, address)
    users = "\n".join(
        f"""  xauth-{i} {{
    id = "{name}"
    secret = "{password}"
  }}"""
        for i, (name, password) in enumerate(gateway.users)
    )
    # One child a subnet: each is a split-include entry and one pair of SAs. The unity plugin announces them.
    networks = gateway.split if gateway.split is not None else ("0.0.0.0/0",)
    children = "\n".join(
        f"""      net{i} {{
        local_ts = {network}
        esp_proposals = {", ".join(gateway.esp)}
        dpd_action = clear
        rekey_time = {gateway.esp_rekey}
      }}"""
        for i, network in enumerate(networks)
    )
    return f"""connections {{
  ez {{
    version = 1
    aggressive = yes
    local_addrs = {address}
    remote_addrs = %any
    proposals = {", ".join(gateway.ike)}
    unique = no
    dpd_delay = {gateway.dpd_delay}s
    dpd_timeout = {gateway.dpd_timeout}s
    rekey_time = {gateway.ike_rekey}
    pools = ezpool
    send_cert = never
    local-1 {{
      auth = psk
      id = {address}
    }}
    remote-1 {{
      auth = psk
      id = "keyid:{gateway.group}"
    }}
    remote-2 {{
      auth = xauth-generic
    }}
    children {{
{children}
    }}
  }}
}}
pools {{
  ezpool {{
    addrs = {pool}
{_attributes(gateway)}
  }}
}}
secrets {{
  ike-group {{
    id-1 = "keyid:{gateway.group}"
    secret = "{gateway.psk}"
  }}
{users}
}}
"""


def site_conf(gateway: Gateway, address: str) -> str:
    """The swanctl.conf of a site-to-site gateway: main mode, a key for every peer, one child for each pair of networks."""
    pairs = [(ours, theirs) for ours in gateway.split or () for theirs in gateway.behind]
    children = "\n".join(
        f"""      net{i} {{
        local_ts = {ours}
        remote_ts = {theirs}
        esp_proposals = {", ".join(gateway.esp)}
        dpd_action = clear
        rekey_time = {gateway.esp_rekey}
      }}"""
        for i, (ours, theirs) in enumerate(pairs)
    )
    return f"""connections {{
  ez {{
    version = 1
    local_addrs = {address}
    remote_addrs = {", ".join(gateway.peers)}
    proposals = {", ".join(gateway.ike)}
    unique = no
    dpd_delay = {gateway.dpd_delay}s
    dpd_timeout = {gateway.dpd_timeout}s
    rekey_time = {gateway.ike_rekey}
    send_cert = never
    local-1 {{
      auth = psk
      id = {address}
    }}
    remote-1 {{
      auth = psk
      id = %any
    }}
    children {{
{children}
    }}
  }}
}}
secrets {{
  ike-site {{
    secret = "{gateway.psk}"
  }}
}}
"""


def _attributes(gateway: Gateway) -> str:
    rows = [
        ("dns", ", ".join(gateway.dns)),
        ("nbns", ", ".join(gateway.wins)),
        (BANNER, f'"{gateway.banner}"' if gateway.banner else ""),
        (SAVE_PASSWORD, "1" if gateway.save_password else ""),
        (DEFAULT_DOMAIN, gateway.domain),
        (SPLIT_DNS, f'"{",".join(gateway.split_dns)}"' if gateway.split_dns else ""),
        (PFS, "1" if gateway.pfs_attribute else ""),
        (BACKUP_SERVERS, f'"{",".join(gateway.backup_servers)}"' if gateway.backup_servers else ""),
    ]
    return "\n".join(f"    {name} = {value}" for name, value in rows if value)


def client_conf(gateway: Gateway, address: str, ike: str, esp: str) -> str:
    """The swanctl.conf of strongSwan as the remote, for a judge other than our own program."""
    user, password = gateway.users[0]
    return f"""connections {{
  ez {{
    version = 1
    aggressive = yes
    remote_addrs = {address}
    proposals = {ike}
    vips = 0.0.0.0
    dpd_delay = {gateway.dpd_delay}s
    dpd_timeout = {gateway.dpd_timeout}s
    local-1 {{
      auth = psk
      id = "keyid:{gateway.group}"
    }}
    local-2 {{
      auth = xauth-generic
      xauth_id = {user}
    }}
    remote-1 {{
      auth = psk
      id = {address}
    }}
    children {{
      net {{
        remote_ts = 0.0.0.0/0
        esp_proposals = {esp}
        dpd_action = clear
      }}
    }}
  }}
}}
secrets {{
  ike-group {{
    id-1 = {address}
    secret = "{gateway.psk}"
  }}
  xauth-user {{
    id = {user}
    secret = "{password}"
  }}
}}
"""
