"""What may be wrong with a cell or a row, and how it is said."""
