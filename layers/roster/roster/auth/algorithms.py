"""The algorithms by which a JSON Web Token may be signed: with a shared secret, or with a pair of keys."""

SHARED = ("HS256", "HS384", "HS512")
ASYMMETRIC = ("RS256", "ES256", "EdDSA")
