"""Facts that this app tells: none yet."""
