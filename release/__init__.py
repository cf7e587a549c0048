"""What is done with iZwop from a checkout: package, deploy, look at, put right. Never deployed itself."""
