"""The bounds of what is read from outside, in one table, each with its unit.

A bound is checked before what it bounds is decoded, parsed, normalised or hashed, so that no request costs
more than its bound allows. What passes one is refused: a whole request as too large (413), a part of it as
not valid, a credential as none.

Other bounds follow from what is kept (pages, items, transactions) and stand where they are used.
"""

# A request.

HEAD_CHARACTERS = 16_384
"""Path, query, cookies and header values together. The gateway delivers 10,240 bytes and adds some."""
QUERY_PARAMETERS = 300
"""Parameters of a query string; a filter of Cloud Foundry may name 200 values in as many parameters."""
BODY_BYTES = 64 * 1024
"""A body, decoded from base64."""
FORM_FIELDS = 50
"""Fields of a form; the token endpoint knows seven."""
FIELD_ERRORS = 20
"""Field errors that one answer tells."""
FIELD_NAME_CHARACTERS = 100
"""The name of a field, as an answer repeats it."""
REQUEST_ID_CHARACTERS = 128
"""A request's id from the gateway; a longer one is not repeated."""
CLIENT_REQUEST_ID_CHARACTERS = 255
"""A client's own id of its request (`X-VCAP-Request-ID`); the rest of a longer one is cut off."""

# Conditions of a Cloud Foundry query (`q`).

CONDITIONS = 20
"""Different conditions of one request."""
CONDITION_VALUES = 200
"""Values that all conditions of one request name together."""
RELATED_ITEMS = 10_000
"""Items that are read to find what all conditions of one request name."""

# JSON: request bodies, the two parts of a token, key sets, and the configuration of issuers.

JSON_DEPTH = 20
"""Levels of nesting; the documents' own bodies have three."""
JSON_MEMBERS = 100
"""Members of one object; the largest object that a document knows has some twenty."""
JSON_VALUES = 2_000
"""Values of one text, counted by its commas."""
NUMBER_CHARACTERS = 40
"""Characters of a number."""

# Fields.

LINE_CHARACTERS = 255
"""A line of text for people, such as a name."""
TEXT_CHARACTERS = 4_096
"""A longer text for people, such as a description."""
EMAIL_CHARACTERS = 254
"""An e-mail address (RFC 5321, 4.5.3.1.3: a path of 256 octets with its angle brackets)."""
LANGUAGE_TAG_CHARACTERS = 35
"""A language tag (RFC 5646, 4.4.1: the length that every program should hold)."""
MOMENT_CHARACTERS = 64
"""A moment; with nanoseconds and an offset it has 35."""
PASSWORD_SHORTEST, PASSWORD_LONGEST = 8, 256
"""A new password, in characters."""
IDEMPOTENCY_KEY_CHARACTERS = 255
"""An `Idempotency-Key`."""
LINK_TOKEN_CHARACTERS = 256
"""The token of a link: the longest id in base64 and 256 bits, with their names."""
FACTORS = 10
"""Second factors of one user."""
RECOVERY_CODES = 10
"""Recovery codes that are made at once."""
CHALLENGE_SECONDS = 300
"""How long a browser may take to prove a second factor."""
CREDENTIAL_ID_BYTES = 1_023
"""The id of a passkey (Web Authentication, 7.1, step 25)."""
CLIENT_DATA_BYTES = 4_096
"""What a browser says that a passkey signs for: a challenge, an origin and some members more."""
ATTESTATION_BYTES = 8_192
"""What a browser says of a new passkey; without the maker's certificates it has some two hundred."""
AUTHENTICATOR_DATA_BYTES = 2_048
"""What a passkey signs beside; without extensions it has 37."""
SIGNATURE_BYTES = 1_024
"""A passkey's signature; one of RSA has as many as its modulus, which is 256 or 512 mostly."""
USER_HANDLE_BYTES = 64
"""By what a passkey knows its user (Web Authentication, 5.4.3)."""
CODE_CHARACTERS = 64
"""A code of a second factor, as somebody types it: a recovery code has 29 with its hyphens."""
CURSOR_CHARACTERS = 512
"""A cursor of a list."""
DATABASES = 100
"""Databases of one project."""
ROLES = 100
"""Platform roles that a body names; repeats count."""

LARGEST_NUMBER = 999_999_999
"""The number of a user, a project, a role or a group: every reader takes up to this one."""

GROUPS = 50
"""Groups that one request names for a user: each is a condition of the transaction, which holds 100."""

# Tokens of issuers, and their keys.

TOKEN_CHARACTERS = 8_192
"""A JSON Web Token."""
KEY_SET_BYTES = 256 * 1024
"""A key set that is fetched."""
KEY_SET_SECONDS = 2.0
"""The whole fetch of a key set: name, connection, TLS, head and body."""
KEY_SET_PAUSE_SECONDS = 30.0
"""From the start of one fetch of an address to the next, however the first one ended."""

# SCIM (docs/scim.md): a group is written whole.
SCIM_BODY_BYTES = 4 * 1024 * 1024
SCIM_JSON_VALUES = 200_000
SCIM_VIEW_BYTES = 16 * 1024
"""What is kept of one user."""
# Webhooks.

URL_CHARACTERS = 2_048
"""The URL of a webhook."""
WEBHOOKS, SITE_WEBHOOKS = 10, 20
"""Webhooks of one workspace, and of the site."""
WEBHOOK_TYPES = 50
"""Types of events that a webhook names."""
WEBHOOK_SECONDS = 15.0
"""A whole attempt: name, connection, TLS and the answer's head."""
WEBHOOK_ANSWER_SECONDS = 1.0
"""From the head on, the part of an answer that is kept; a status of 2xx counts without it."""
WEBHOOK_ANSWER_BYTES = 1_024
"""The part of an answer that is kept."""
WEBHOOK_ADDRESSES = 3
"""Addresses of one name that are tried."""
REPLAYED_DAYS, REPLAYED_EVENTS = 30, 10_000
"""What one replay of a webhook may hold."""
