"""The internet: what the hub sends to partners' servers and fetches from them. Standard library, but for Ed25519.

``address`` says where we may go, ``wire`` goes there, ``post`` and ``fetch`` say what for; ``signature`` signs.
Nothing is imported here: a cold start of the API needs none of it.
"""
