"""E-mail addresses: what is one, and when two are the same (the contracts' rule 6)."""

from functools import lru_cache

from roster import bounds


class NotAnAddress(ValueError):
    """The text is no address; the message says why and never repeats the text."""


def trimmed(address: str) -> str:
    """The address without spaces before and after it, which come along where it is copied or completed."""
    return address.strip(" ")


@lru_cache(maxsize=1024)
def canonical(address: str) -> str:
    """The form by which addresses are unique: trimmed, local part in lower case, domain as IDNA A-label.

    Raises `NotAnAddress`. Only syntax is judged: `.test` and its like are addresses. A text that is longer
    than any address (`bounds.py`) is not looked at.
    """
    if len(address) > bounds.EMAIL_CHARACTERS:
        raise NotAnAddress("is not a valid e-mail address")
    import email_validator

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        parsed = email_validator.validate_email(
            trimmed(address), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except email_validator.EmailNotValidError as error:
        raise NotAnAddress("is not a valid e-mail address") from error
    return f"{parsed.local_part.lower()}@{parsed.ascii_domain.lower()}"
