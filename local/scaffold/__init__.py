"""The first files of one more product or vendor: they pass the house rules where those can pass without facts."""
