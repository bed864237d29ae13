"""The process's AWS credentials: of its environment, as Lambda gives them, or where botocore finds them."""

from collections.abc import Callable
from typing import cast

from roster.db.dynamodb.signature import Keys
from roster.db.dynamodb.transport import TransportError
from roster.settings import environment_keys

Source = Callable[[], Keys]
"""The credentials as they are now. Raises TransportError where there are none."""


def source() -> Source:
    """Where this process's credentials come from."""
    given = environment_keys()
    return _Botocores() if given is None else lambda: given


class _Botocores:
    """Those of a container, a role or a file, which botocore renews before they end."""

    def __init__(self) -> None:
        from botocore.session import Session  # a third of a cold start, where the environment has none

        self._session = Session()

    def __call__(self) -> Keys:
        from botocore.exceptions import BotoCoreError, NoCredentialsError

        try:
            found = self._session.get_credentials()  # which the session keeps
            if found is None:
                raise NoCredentialsError
            return cast(Keys, found.get_frozen_credentials())
        except BotoCoreError as error:
            raise TransportError(type(error).__name__, str(error)) from error
