"""The stand-in of Mailchimp's Marketing API 3.0: what the product uses of it, and nothing else."""
