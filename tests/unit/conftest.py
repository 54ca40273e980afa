"""Property tests here have no deadline of their own: the first example also pays for late imports."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
