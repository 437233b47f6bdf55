"""A failover between two real gateways (tests/vectors/failover.ezt) is replayed as text and as JSON."""

from ezvpn import replay

VECTOR = "tests/vectors/failover.ezt"

print(replay.main([VECTOR]))
print(replay.main([VECTOR, "--json"]))
