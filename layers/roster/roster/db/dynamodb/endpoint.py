"""Where DynamoDB listens: AWS's own address for a region, by botocore's table of partitions.

botocore's rules for it, which a test compares, take 10 ms to read.
"""

import json
import re
from importlib.resources import files
from typing import Any


def of_region(region: str, *, fips: bool = False, dual_stack: bool = False) -> str:
    """The URL of a region's DynamoDB, in whatever partition the region lies."""
    partition = _partition(region)
    suffix = partition["outputs"]["dualStackDnsSuffix" if dual_stack else "dnsSuffix"]
    # GovCloud's plain host is the one that keeps to FIPS.
    apart = fips and (dual_stack or partition["id"] != "aws-us-gov")
    return f"https://dynamodb{'-fips' if apart else ''}.{region}.{suffix}"


def _partition(region: str) -> dict[str, Any]:
    text = (files("botocore") / "data/partitions.json").read_text("utf-8")
    partitions: list[dict[str, Any]] = json.loads(text)["partitions"]
    named = [one for one in partitions if region in one["regions"]]
    alike = [one for one in partitions if re.match(one["regionRegex"], region)]  # newer than botocore
    return [*named, *alike, partitions[0]][0]
