"""Who may see a secret: the callers of `Secret.reveal` are these and no others."""

from __future__ import annotations

import ast
import re

from .source import agent_files, agent_tree, told

MAY_REVEAL = re.compile(
    r"crypto/[a-z0-9_]+\.py|ike/(xauth|keys)[a-z_]*\.py|config/secrets\.py|runtime/[a-z]+/mqtt[a-z_]*\.py"
)


def reveals(name: str) -> list[str]:
    """Every mention of `.reveal`, called or not: a stored method reveals as well."""
    return [
        f"agent/ezvpn/{name}:{node.lineno}"
        for node in ast.walk(agent_tree(name))
        if isinstance(node, ast.Attribute) and node.attr in ("reveal", "_value") and name != "record.py"
    ]


def test_secrets_are_revealed_where_they_are_used_only() -> None:
    faults = [where for name in agent_files() if not MAY_REVEAL.fullmatch(name) for where in reveals(name)]
    assert not faults, "not one of the callers of Secret.reveal:" + told(faults)
