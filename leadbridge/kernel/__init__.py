"""What every room may lean on. Imports nothing of the project."""
