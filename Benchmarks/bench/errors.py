"""How a benchmark says that it cannot go on."""


class BenchError(Exception):
    """Something that makes every further figure worthless; its text is all that is shown."""
