"""Developing on a brace: its prompt, and putting changed firmware files on it without a build."""
