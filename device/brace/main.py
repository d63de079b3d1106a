"""Starts the firmware, and what a developer's Ctrl-C leads to."""

from brace.board import health, power


def run():
    """Runs the brace until it is reset, unlocked by service or, in a development image,
    interrupted by Ctrl-C."""
    health.begin()
    health.running(health.STARTING)
    power.guard(power.START_PERIODS)
    app = None
    try:
        from brace.app import App

        app = App(health.level(), health.left_out())
        power.end_guard()
        app.run()
    except KeyboardInterrupt:
        # A developer's tool may ask for the prompt before we are up.
        pass
    if app:
        app.tactor.recover()
    health.running(health.PROMPT)
    power.guard()
    print("The brace has stopped. Ctrl-D starts it again; so does half an hour of waiting.")
