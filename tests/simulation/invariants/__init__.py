"""What must be true after every step, by noun. Each is told of every write that changes an item, some of answers."""
