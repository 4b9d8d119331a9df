"""A picture's way, and a file's: process, routing among vendors, normalization, status, renormalization."""
