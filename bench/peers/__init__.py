"""`POST /v1/handoffs` as other teams would write it, each small and whole: what the hub's start and work are told by.

``bare`` has nothing but boto3, PyJWT and jsonschema; ``powertools_peer`` and ``fastapi_peer`` are written the way the
users of those libraries do. The rest here is what all three share. Nothing here imports the hub: it runs from a folder
of its own, as on Lambda.
"""
