"""The 25 rules that every deployment with people's data keeps, by their names in order."""

import breaches
import rules_of_stores
import rules_of_the_app

# Each registers its rules when it is read.
_PARTS = (rules_of_stores, rules_of_the_app)
RULES = dict(sorted(breaches.RULES.items()))
