"""How the shapes of LANGUAGE section 0 are read from a file: fields, values, lengths, moments, people."""
