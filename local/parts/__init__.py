"""A page of all parts of the site's pages, in all their states, to look at and for the tests to look at."""
