"""Access: roles as data, what they grant to a principal, and which customers that makes visible."""
