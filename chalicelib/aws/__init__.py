"""The adapters: they do what was decided elsewhere; each takes its clients as an argument.

The only room that speaks to AWS: by ``thin`` clients of its own on the way of a tap, by boto3 elsewhere (``clients``).
"""
