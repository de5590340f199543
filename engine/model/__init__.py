"""The nouns of Wakeline: data only, no input and no output."""
