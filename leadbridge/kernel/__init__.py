"""What every room needs and nobody owns: errors, time, deadlines, documents, pages of lists.

Imports nothing of the project."""
