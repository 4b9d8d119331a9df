"""Fields and checks that several products share."""
