"""A reader of its header for each format of pictures: size, depth, and the bytes that hold the pixels."""
