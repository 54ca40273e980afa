"""The 3018 handoff hub: a platform's signed tap becomes exactly one session of the helpline.

A handoff passes ``doors`` → ``desk`` → ``aws.sessions`` and out again. ``model``, ``problems``, ``ports`` and
``hours`` know nothing of the outside; ``aws`` alone speaks to AWS, ``identity`` alone PyJWT, ``contract`` alone
jsonschema, ``outside`` alone the internet; ``wiring`` is the one place that knows both sides.
"""
