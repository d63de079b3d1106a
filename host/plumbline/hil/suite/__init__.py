"""Tests that come with plumbline: what a production station does with each brace."""
