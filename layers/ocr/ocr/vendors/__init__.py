"""A module for each vendor, and what they share: parsing, transport, rate limit, credentials, token cache."""
