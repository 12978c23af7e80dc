"""The crash run: real browsers and real servers are killed and lose power, and a checker counts what is gone."""
