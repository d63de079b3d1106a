"""Starts the firmware; what a developer's Ctrl-C or a fault at start-up leads to."""


def run():
    """Runs the brace until it is reset."""
    from brace.app import App

    App().run()
