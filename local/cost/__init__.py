"""What the stack costs: counted operations times a list of prices."""
