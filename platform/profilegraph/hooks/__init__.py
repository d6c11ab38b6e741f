"""What plugins can bring, and the host that loads them."""
