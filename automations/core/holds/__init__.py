"""Why an order waits for a person: reasons, the rules that find them, the life of one hold."""
