"""What `make run` starts on one machine: engine, stack, seed, simulator and front. Never deployed."""
