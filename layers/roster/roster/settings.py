"""What the deployment decides. The only place that reads the process environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Settings:
    """Read from the function's environment; the template's `Globals` sets each of them."""

    table_name: str = "roster"
    region: str = "us-east-1"
    endpoint: str | None = None
    """Another address for DynamoDB, for tests and local runs."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins whose browsers may write with a session cookie."""
    secure_cookie: bool = True
    """False only on plain-HTTP loopback: the cookie is then `session`, without `Secure`."""
    argon2_memory_kib: int = 19_456
    argon2_iterations: int = 2
    argon2_parallelism: int = 1
    seconds: float = 6.0
    """Within which a request's calls must have begun; an attempt under way takes 3.5 at most."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings in an environment. Raises ValueError for a number that is none."""
        default = cls()
        return cls(
            table_name=environ.get("TABLE_NAME", default.table_name),
            region=environ.get("AWS_REGION", default.region),
            endpoint=environ.get("TABLE_ENDPOINT") or None,
            allowed_origins=frozenset(environ.get("ALLOWED_ORIGINS", "").split()),
            secure_cookie=environ.get("PLAIN_COOKIE", "") != "loopback",
            argon2_memory_kib=int(environ.get("ARGON2_MEMORY_KIB", default.argon2_memory_kib)),
            argon2_iterations=int(environ.get("ARGON2_ITERATIONS", default.argon2_iterations)),
            argon2_parallelism=int(environ.get("ARGON2_PARALLELISM", default.argon2_parallelism)),
        )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """This process's settings, read once."""
    return Settings.of(os.environ)
