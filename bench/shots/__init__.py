"""What `make screenshots` looks at: the youth's page, the console, and the rest. Each state is made, not painted."""
