"""From what a model said to a map: times onto the grid that it meant."""
