"""When the beats of a song are: red lines from beats that were heard."""
