"""Files in and out by declared formats: orders of a channel, shipping files of a carrier."""
