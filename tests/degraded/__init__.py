"""What is left of the hub while something it stands on is down: each mode tried over HTTP on a hub of its own."""
