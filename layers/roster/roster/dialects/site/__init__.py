"""What the site says of itself, and the answer to unknown routes."""
