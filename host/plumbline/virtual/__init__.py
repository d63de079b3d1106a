"""The virtual brace: the real image on an emulated RP2040, with models of what surrounds it."""
