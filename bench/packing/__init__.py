"""What is in the deployment package, and why."""
