"""The saved model: its contents, how it is found, read and written."""
