"""States and moves as pure functions of (session, who, now). Imports the standard library only.

``partner`` and ``handoff`` are what comes in, ``session`` is what the helpline works on, ``moves`` are the only
ways a session changes, ``status`` is what a partner may see of it, ``line`` is the order of the queue.
"""
