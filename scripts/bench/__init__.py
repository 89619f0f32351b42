"""Speed of `summarize`, measured beside other ways to run the same models on the same text."""
