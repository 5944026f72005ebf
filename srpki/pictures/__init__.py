"""Pictures of what happens to certificates: facts in; lines of text, SVG and HTML out."""
