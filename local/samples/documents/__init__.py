"""One module a category; every `Document` in a module here is a sample, nothing else needs to be told of it."""
