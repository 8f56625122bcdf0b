"""How fast is it, held against the raw limit of the same machine in the same run? `python -m bench`."""
