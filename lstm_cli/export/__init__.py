"""What leaves the project: other runtimes, and hubs."""
