"""What people gave an organisation, in its partition; their own side of a connection in theirs."""
