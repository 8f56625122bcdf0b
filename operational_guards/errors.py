"""What can be wrong with the guards themselves?

    OrchestratorError
    └── GuardError           a guard cannot be found, loaded or built

What a guard says about a delivery is a verdict, never an exception; what is wrong in a file is a `Fault`.
"""

from journeys.errors import OrchestratorError


class GuardError(OrchestratorError):
    """A guard cannot be found, loaded or built."""
