"""An integration and a receiver that pass, to learn from: each is one file that needs nothing of the kit."""
