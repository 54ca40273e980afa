"""The fuzzer: schemathesis with every check against a running hub, signed in as each of the people who use it.

``cast`` plays partner, counsellor and youth, ``stand_in`` puts what is real into what was made up, ``hooks`` is what
schemathesis loads, ``excuses`` is the whole list of findings that are none, ``__main__`` runs it all.
"""
