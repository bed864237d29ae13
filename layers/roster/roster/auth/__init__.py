"""Who calls: credentials, sessions, tokens, passwords, issuers, and what slows guessing down."""
