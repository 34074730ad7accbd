"""Addresses that other programs send to: every delivery is written down as it came, checked by its
provider's signature, and read by a worker afterwards; whatever went wrong can be replayed."""
