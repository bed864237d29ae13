"""Workspaces and admin users."""
