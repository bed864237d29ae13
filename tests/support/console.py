"""Where the console's files lie: under the digest that its index names."""

import re

from tests.support.api import Api


def folder_of(api: Api) -> str:
    """The path of the folder that the index takes its files from."""
    found = re.search(r'"(/console/[0-9a-f]{32})/app\.js"', api.get("/console").text)
    assert found is not None, "the index names no script"
    return found[1]


def script_of(api: Api) -> str:
    """The path of the script that the index begins with."""
    return f"{folder_of(api)}/app.js"
