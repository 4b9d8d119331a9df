"""AWS clients, settings, errors, telemetry, threads."""
