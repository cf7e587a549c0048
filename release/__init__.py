"""Release and operating tools that run from a checkout: package, deploy, inspect, repair. Never deployed."""
