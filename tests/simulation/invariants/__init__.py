"""What must be true after every step, by noun: each hears of every write that changes an item, some of answers."""
