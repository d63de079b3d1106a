# What runs after the boot scripts, unless a development host asked for the raw REPL.
try:
    from brace import main

    main.run()
except Exception as error:
    # Nobody who wears a brace can do anything at a prompt: start again, with less if need be.
    import sys

    import plumbport
    from brace.board import health, power

    if not plumbport.wearer():
        sys.print_exception(error)
    power.fail(health.STARTING)
