"""Doors of notifications."""

from adapters.storage.queue_names import MAIL
from functions.framework.doors import Queue

DOORS = (Queue("notifications_send_mail", MAIL, "functions.notifications.jobs:send_mail"),)
