"""The version. pyproject.toml says the same, and a test compares them. Level 0."""

VERSION = "0.1.0"
