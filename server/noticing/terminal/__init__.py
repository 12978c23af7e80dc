"""What the commands of the `noticing` command do, and what they say."""
