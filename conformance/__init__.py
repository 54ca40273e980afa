"""The conformance kit: a partner runs it against the sandbox to prove that its own side works.

Three parts: ``hub`` (the hub with the partner's key), ``integration`` (the partner's program behind a faulty proxy)
and ``receiver`` (the partner's webhook receiver). ``checks`` and ``report`` say what a check is and how it is told,
``wire`` and ``signer`` send, ``facts`` is what the documentation promises, ``reference`` holds two programs that pass.
Python 3.10, the standard library and PyJWT[crypto] only; nothing of the hub's own code.
"""

KIT = "1"
"""Counts up when a check is added or becomes stricter."""
