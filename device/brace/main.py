"""Starts the firmware, and what a developer's Ctrl-C leads to."""

from brace.board import power


def run():
    """Runs the brace until it is reset or, in a development image, interrupted by Ctrl-C."""
    from brace.app import App

    app = App()
    power.end_guard()
    try:
        app.run()
    except KeyboardInterrupt:
        app.tactor.recover()
        power.guard()
        print("The brace has stopped. Ctrl-D starts it again; so does half an hour of waiting.")
