"""When two names that people chose are the same."""

import unicodedata


def folded(name: str) -> str:
    """The form by which names are unique, without regard to case (NFKC, case-folded)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
