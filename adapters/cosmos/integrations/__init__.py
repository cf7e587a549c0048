"""Sources and instructions of organisations, and the data of clients in a container of their own."""
