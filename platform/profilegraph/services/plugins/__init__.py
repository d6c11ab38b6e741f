"""What plugins bring, as the platform uses it; their contract, and the scaffold of a new one."""
