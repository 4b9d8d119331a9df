"""The shared layer: everything the product functions have in common."""
