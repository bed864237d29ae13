"""The one table: its keys, its access patterns, and the store they speak to."""
