"""What the deployment decides. The only place that reads the process environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Settings:
    """Read from the function's environment; the template's `Globals` sets each of them."""

    table_name: str = "roster"
    region: str = "us-east-1"
    endpoint: str | None = None
    """Another address for DynamoDB than the region's own."""
    fips: bool = False
    dual_stack: bool = False
    ca_bundle: str | None = None
    """A file of the authorities that DynamoDB's certificate is trusted by, in place of the public ones."""
    transport: str = "http"
    """What carries the table's calls: `http` (`HttpTransport`) or `boto3` (botocore's client)."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins whose browsers may write with a session cookie."""
    is_at_its_domain: bool = True
    """Whether its own pages are of `https://` and the name that a request came to, as behind the gateway.

    The local server may have another scheme or port; it names its origins.
    """
    secure_cookie: bool = True
    """False only on plain-HTTP loopback: the cookie is then `session`, without `Secure`."""
    identity_header_proof: str = "credential"
    """What identity headers must be proved by: `credential`, `gateway-secret` or `none`."""
    access_token_in_query: bool = True
    """Whether the workspace profile takes `?access_token=`."""
    api_docs: str = "public"
    """Who may read the OpenAPI document and its page: `public`, or `none`, where neither is there."""
    console: str = "public"
    """Whether the console is served: `public`, or `none`, where none of its pages is there."""
    console_files: str = ""
    """A folder that holds a build of the console, for tests; empty: the one beside the function."""
    issuers_secret: str = ""
    """The secret in Secrets Manager that holds the trusted issuers; empty: there are none."""
    gateway_secret: str = ""
    """The secret in Secrets Manager that holds one or two gateway secrets, a line each."""
    deployment_key: str = ""
    """The secret in Secrets Manager that holds the key of the deployment; empty: there is none."""
    public_url: str = ""
    """The address that links lead to; empty: the one that a request came to."""
    mail_from: str = ""
    """The address that mails come from; empty: none are sent."""
    mail_printed: bool = False
    """Whether mails are written to standard output, and links are answered as well: the local server."""
    trusted_proxies: int = 0
    """How many proxies of the deployment's own stand before the gateway (`source_address.py`)."""
    argon2_memory_kib: int = 19_456
    argon2_iterations: int = 2
    argon2_parallelism: int = 1
    list_counts: str = "after"
    """When a listing's counts move: `after` its rows (`list_log.py`), or `with` them, as before 0.2."""
    maximum_token_days: int = 0
    """For how many days an API token may be made at most; 0 sets no bound."""
    second_factor: str = "optional"
    """Who must have a second factor: nobody (`optional`), platform and workspace ADMINs (`admins`), `all`."""
    webhook_targets: str = "public"
    """Where webhooks may go: `public` addresses by https, or also `loopback`, for the local server."""
    webhook_schedule: tuple[int, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 86_400)
    """Seconds from one attempt of a delivery to the next; after the last it has failed."""
    audit_days: int = 365
    """For how many days the audit is kept."""
    mail_queue: str = "MailQueue"
    """The queue of ordered mails: its URL in SQS; the local server's have the template's names."""
    cleanup_queue: str = "CleanupQueue"
    """The queue of ordered cleanups."""
    delivery_queue: str = "DeliveryQueue"
    """The queue of what is to be delivered to webhooks."""
    event_bus: str = ""
    """The name of the bus of Amazon EventBridge that gets every event; empty: none does."""
    include_profiles: bool = False
    """Whether events tell the name and the address of the user that they are about."""
    seconds: float = 6.0
    """Within which a request's calls must have begun; an attempt under way takes 3.5 at most."""

    @property
    def writes_mail(self) -> bool:
        """Whether mails are ordered, to be sent or printed."""
        return bool(self.mail_from) or self.mail_printed

    @property
    def shows_links(self) -> bool:
        """Whether links are answered to whoever makes them: not where they go by mail alone."""
        return not self.mail_from

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings in an environment. Raises ValueError for a number that is none."""
        default = cls()
        return cls(
            table_name=environ.get("TABLE_NAME", default.table_name),
            region=environ.get("AWS_REGION", default.region),
            endpoint=_endpoint(environ),
            fips=environ.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true",
            dual_stack=environ.get("AWS_USE_DUALSTACK_ENDPOINT", "").lower() == "true",
            ca_bundle=environ.get("AWS_CA_BUNDLE") or None,
            transport=environ.get("TRANSPORT", default.transport),
            allowed_origins=frozenset(environ.get("ALLOWED_ORIGINS", "").split()),
            is_at_its_domain=environ.get("AT_ITS_DOMAIN", "true") == "true",
            secure_cookie=environ.get("PLAIN_COOKIE", "") != "loopback",
            identity_header_proof=environ.get("IDENTITY_HEADER_PROOF", default.identity_header_proof),
            access_token_in_query=environ.get("ACCESS_TOKEN_IN_QUERY", "true") == "true",
            api_docs=environ.get("API_DOCS", default.api_docs),
            console=environ.get("CONSOLE", default.console),
            console_files=environ.get("CONSOLE_FILES", ""),
            issuers_secret=environ.get("ISSUERS_SECRET", ""),
            gateway_secret=environ.get("GATEWAY_SECRET_ID", ""),
            deployment_key=environ.get("DEPLOYMENT_KEY_ID", ""),
            public_url=environ.get("PUBLIC_URL", ""),
            mail_from=environ.get("MAIL_FROM", ""),
            mail_printed=environ.get("MAIL_PRINTED", "") == "true",
            trusted_proxies=int(environ.get("TRUSTED_PROXIES", default.trusted_proxies)),
            argon2_memory_kib=int(environ.get("ARGON2_MEMORY_KIB", default.argon2_memory_kib)),
            argon2_iterations=int(environ.get("ARGON2_ITERATIONS", default.argon2_iterations)),
            argon2_parallelism=int(environ.get("ARGON2_PARALLELISM", default.argon2_parallelism)),
            list_counts=environ.get("LIST_COUNTS", default.list_counts),
            maximum_token_days=int(environ.get("MAXIMUM_TOKEN_DAYS", default.maximum_token_days)),
            second_factor=environ.get("SECOND_FACTOR", default.second_factor),
            webhook_targets=environ.get("WEBHOOK_TARGETS", default.webhook_targets),
            webhook_schedule=_seconds(environ.get("WEBHOOK_SCHEDULE", "")) or default.webhook_schedule,
            audit_days=int(environ.get("AUDIT_DAYS", default.audit_days)),
            mail_queue=environ.get("MAIL_QUEUE", default.mail_queue),
            cleanup_queue=environ.get("CLEANUP_QUEUE", default.cleanup_queue),
            delivery_queue=environ.get("DELIVERY_QUEUE", default.delivery_queue),
            event_bus=environ.get("EVENT_BUS", ""),
            include_profiles=environ.get("INCLUDE_PROFILES", "") == "true",
        )


def _seconds(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.replace(",", " ").split())


def _endpoint(environ: Mapping[str, str]) -> str | None:
    """Our own variable before those that every AWS SDK reads."""
    names = ["TABLE_ENDPOINT"]
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        names += ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"]
    return next((environ[name] for name in names if environ.get(name)), None)


@dataclass(frozen=True, slots=True)
class EnvironmentKeys:
    """AWS credentials as Lambda gives them to a function, for as long as its environment lives."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False)


def environment_keys() -> EnvironmentKeys | None:
    """The credentials in the environment; None where they are not whole, or end before the process may."""
    access, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret or "AWS_CREDENTIAL_EXPIRATION" in os.environ:
        return None
    return EnvironmentKeys(access, secret, os.environ.get("AWS_SESSION_TOKEN") or None)


def names_a_proxy() -> bool:
    """Whether the environment names a proxy for anything, as the standard library would find one."""
    return any(name.lower().endswith("_proxy") for name in os.environ)


def starts_on_lambda() -> bool:
    """Whether this process runs on Lambda; asked while modules are imported, too early for `settings`."""
    return "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ


def cookie_name() -> str:
    """`__Host-session`, which browsers only take with `Secure`; plain `session` on plain-HTTP loopback."""
    return _named("session")


def device_cookie_name() -> str:
    """`__Host-device`, or plain `device` on plain-HTTP loopback."""
    return _named("device")


def challenge_cookie_name() -> str:
    """`__Host-challenge`, or plain `challenge` on plain-HTTP loopback."""
    return _named("challenge")


def remembered_cookie_name() -> str:
    """`__Host-remembered`, or plain `remembered` on plain-HTTP loopback."""
    return _named("remembered")


def _named(cookie: str) -> str:
    return f"__Host-{cookie}" if settings().secure_cookie else cookie


@lru_cache(maxsize=1)
def settings() -> Settings:
    """This process's settings, read once."""
    return Settings.of(os.environ)
