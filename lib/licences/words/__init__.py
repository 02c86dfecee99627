"""Words: data turned into sentences of a language."""
