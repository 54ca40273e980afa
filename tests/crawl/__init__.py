"""A browser that follows every link of the hub, as everybody who comes there, and what it finds wrong on the way."""
