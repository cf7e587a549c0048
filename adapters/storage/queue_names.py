"""Names of the queues, for the doors that read them and the wiring of their senders."""

IMAGES = "images"
MAIL = "mail"
ORDERS = "orders"
SYNCS = "syncs"
VISITS = "visits"
WORK = "work"
