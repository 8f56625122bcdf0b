"""What did it all come to? Pure reports over what the store kept: each takes rows as values and counts them."""
