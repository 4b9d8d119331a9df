"""The promises, tried on a deployed stack: a command a promise, a figure each. `python -m local.trials --help`."""
