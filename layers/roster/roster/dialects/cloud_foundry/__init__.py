"""Cloud Foundry v2."""
