"""What this app hears of; filled as its rooms are built."""
