"""The clients: each file is one, made once, and fetches the token again and again."""
