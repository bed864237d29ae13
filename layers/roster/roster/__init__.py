"""Roster's shared layer: a multi-tenant directory on one DynamoDB table, spoken in five dialects."""
