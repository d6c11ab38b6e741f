"""What commands share: the terminal, listings, progress, and how the platform is reached."""
