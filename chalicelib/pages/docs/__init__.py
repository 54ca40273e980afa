"""The documentation for platforms' engineers, served at ``/docs``.

``book`` lists the pages, ``text/`` has their words, ``samples/`` the programs that they show and that the tests run,
``paint`` colours code, ``listings`` shows it in tabs, ``statuses``, ``refusals``, ``tokens`` and ``changes`` are data,
``vectors`` and ``attempts`` are computed, ``render`` puts a page together. Imports the model, ``problems`` and
``emergency`` only; nobody imports it at start-up.
"""
