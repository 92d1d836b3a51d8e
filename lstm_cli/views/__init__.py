"""What people see: text for a terminal, and pages for a browser."""
