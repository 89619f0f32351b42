"""How a MarianMT model is made: data preparation, training, scoring and export, one idea a module."""
