"""What came in and could not be taken: kept as it was sent, owned, with a due time, until somebody
mends it and takes it in or discards it with a reason. Every writer comes through `set_aside`."""
