"""The function on the table's stream."""
