"""The clients, one per file. Each is constructed once and fetches the token many times."""
