"""Workspace profile."""
