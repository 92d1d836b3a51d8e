"""What people see: text for a terminal."""
