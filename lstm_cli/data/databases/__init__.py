"""Tables and queries of databases, for reading only."""
