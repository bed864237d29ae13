"""SCIM 2.0 for each workspace (docs/scim.md)."""
