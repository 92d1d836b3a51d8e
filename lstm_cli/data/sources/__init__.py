"""What a person names -> a file on this machine, unpacked."""
