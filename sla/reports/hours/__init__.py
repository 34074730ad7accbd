"""In which hours of the week leads come, and in which they are left lying."""
