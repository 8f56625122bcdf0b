"""What does a template hear when it goes too far?"""


class Refused(Exception):
    """A template asked for what it may not have; the message holds the remedy and never a recipient's data."""
