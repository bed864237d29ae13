"""Time to live outside AWS: while the server runs, what has expired is removed in the background."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)

REST_SECONDS = 60.0
_PAUSE_SECONDS = 0.05  # between two batches, in which others write


async def keep_removing(
    open_store: Callable[[], Callable[[], int]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Remove what has expired, now and then every minute, until cancelled; no failure ends it.

    `open_store` gives what removes one batch and returns how many it found: 0 where none is left. Both run in
    one thread of its own, so that no request waits for them.
    """
    thread = ThreadPoolExecutor(max_workers=1)
    loop = asyncio.get_running_loop()
    remove: Callable[[], int] | None = None
    try:
        while True:
            try:
                if remove is None:
                    remove = await loop.run_in_executor(thread, open_store)
                found = await loop.run_in_executor(thread, remove)
            except Exception as error:  # what is not removed now is removed the next time
                log.warning("what has expired stays for now: %r", error)
                found = 0
            await sleep(_PAUSE_SECONDS if found else REST_SECONDS)
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
