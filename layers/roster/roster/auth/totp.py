"""Codes of an authenticator (RFC 6238): six digits by HMAC-SHA-1, a new one every 30 seconds.

One step before and one after the present are taken, for clocks that differ; no step is taken twice, nor one
before the last that was taken.
"""

import hmac
import io
from base64 import b32encode
from datetime import datetime
from secrets import token_bytes

STEP_SECONDS = 30
LEEWAY = 1
_SECRET_BYTES = 20  # RFC 4226, section 4, R6: as long as the digest of SHA-1
ISSUER = "Roster"


def new_secret() -> bytes:
    """A new secret."""
    return token_bytes(_SECRET_BYTES)


def text_of(secret: bytes) -> str:
    """The secret in Base32, as people type it into an authenticator."""
    return b32encode(secret).decode()


def step_of(secret: bytes, code: str, last_step: int, now: datetime) -> int | None:
    """The time step whose code this is, among those that may be taken now; None for any other code."""
    import pyotp  # only where a code is judged

    codes = pyotp.TOTP(text_of(secret))
    present = int(now.timestamp()) // STEP_SECONDS
    steps = range(present - LEEWAY, present + LEEWAY + 1)
    # Each step is compared, so that the time tells nothing of which one it is.
    given = code.encode(errors="surrogatepass")
    matching = [step for step in steps if hmac.compare_digest(codes.generate_otp(step).encode(), given)]
    return next((step for step in matching if step > last_step), None)


def address(secret: bytes, account: str) -> str:
    """The `otpauth` address by which an authenticator takes the secret up."""
    import pyotp

    return pyotp.TOTP(text_of(secret)).provisioning_uri(name=account, issuer_name=ISSUER)


def qr_code(text: str) -> str:
    """A QR code of the text, as SVG that stands in a page of any colour."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, scale=4, light="#fff"
    )
    return drawn.getvalue().decode()
