"""The audit log: recording, sealing, verification, questions and retention."""
