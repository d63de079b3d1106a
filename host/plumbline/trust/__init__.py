"""Keys of the clinic, sessions with claimed braces, claims (docs/security.md)."""
