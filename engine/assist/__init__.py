"""What somebody who types asks: completion, hover, quick fixes. A text and a place go in, data comes out."""
