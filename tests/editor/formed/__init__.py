"""Random edits of commented files by the form of the page, and a judge of what became of the comments."""
