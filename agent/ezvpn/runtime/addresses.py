"""Where addresses come from besides DNS: numbers, /etc/hosts, and the name servers in /etc/resolv.conf.

Dual, no I/O: texts come in, values go out.
"""

_SERVERS = 3  # resolv.conf(5): MAXNS


def numeric(host: str) -> "bytes | None":
    """The 4 bytes of a dotted-quad address, None for anything else."""
    words = host.split(".")
    if len(words) != 4:
        return None
    for word in words:
        if not word.isdigit() or len(word) > 3 or int(word) > 255:
            return None
    return bytes([int(word) for word in words])


def from_hosts(text: str, host: str) -> "list[bytes]":
    """The IPv4 addresses that hosts(5) gives `host`."""
    found = []
    for line in text.split("\n"):
        words = line.split("#", 1)[0].split()
        if len(words) < 2 or host.lower() not in [word.lower() for word in words[1:]]:
            continue
        address = numeric(words[0])
        if address is not None:
            found.append(address)
    return found


def name_servers(text: str) -> "list[bytes]":
    """The first three IPv4 name servers of resolv.conf(5); 127.0.0.1 if it names none, as that page says."""
    servers = []
    for line in text.split("\n"):
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            address = numeric(words[1])
            if address is not None:
                servers.append(address)
    return servers[:_SERVERS] or [b"\x7f\0\0\x01"]


def search_domain(text: str) -> str:
    """The first search domain of resolv.conf(5), "" if none: completes a name without a dot. The last such line counts."""
    domain = ""
    for line in text.split("\n"):
        words = line.split()
        if len(words) >= 2 and words[0] in ("search", "domain"):
            domain = words[1]
    return domain
