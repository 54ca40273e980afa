"""Bad tokens and bad bodies by name, for the unit tests and over HTTP against a running hub."""
