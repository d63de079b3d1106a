"""The library of pulled logs: segments as the brace wrote them, and what is known about them."""
