"""Pages served on this computer only."""
