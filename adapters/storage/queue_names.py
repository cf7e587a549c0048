"""Names of the queues: in the doors that read them, and in the wiring of what sends to them."""

IMAGES = "images"
MAIL = "mail"
ORDERS = "orders"
VISITS = "visits"
WORK = "work"
