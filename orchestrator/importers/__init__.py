"""How do flows of other products become journeys of ours?

One module per product reads its export; what they have in common is how a graph of actions becomes a list of steps, how
names are made, and how what could not be said is told.
"""
