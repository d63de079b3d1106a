# What runs after the boot scripts, unless a development host asked for the raw REPL.
from brace import main

main.run()
