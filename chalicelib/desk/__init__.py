"""The use cases, one verb each, by who asks: ``partners``, ``youth``, ``counsellors`` and the ``sweep``.

Every verb takes the ``Desk`` (what it works with) first. Nothing here imports an adapter, a door or a library.
"""
