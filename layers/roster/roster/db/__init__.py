"""The store: its interface, keys, transactions, counted lists and codec."""
