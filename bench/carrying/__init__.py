"""What one deliverer carries to one endpoint."""
