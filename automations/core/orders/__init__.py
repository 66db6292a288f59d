"""Orders as they arrive and change: channels, numbers, customers, what their source says by now."""
