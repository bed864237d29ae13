"""Roster's shared layer: a multi-tenant directory on one DynamoDB table, spoken in five dialects."""

from roster.deferred import POWERTOOLS, defer

for _package, _places in POWERTOOLS.items():
    defer(_package, _places)
