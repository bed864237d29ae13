"""Testmo users."""
