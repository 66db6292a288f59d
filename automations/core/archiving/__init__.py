"""Which rows leave the ledger for the archive, and what must stay behind of them."""
