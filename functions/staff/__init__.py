"""Pages of iZwop's own people: orders of designs, and work under the access that an organisation gave."""
