"""Stock: what lies there, what is reserved, what is missing."""
