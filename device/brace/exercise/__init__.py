"""Guided exercises: declarative descriptions (library) run by one engine, on brace and host alike.

Pure integer Python: blocks of the C pipeline come in, cues and records go out.
"""
