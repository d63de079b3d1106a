"""Plumbline: host tools for the open smart back brace."""
