"""The nouns as data: picture, reading, record, check, problem."""
