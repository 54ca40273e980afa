"""The people and machines around the hub. Each is a task that thinks, asks the hub, and does what real ones do."""
