"""The outbox: what waits is sent, tried again, held or given up, whatever kind it is of."""
