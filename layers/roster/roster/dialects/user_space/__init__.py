"""User Space."""
