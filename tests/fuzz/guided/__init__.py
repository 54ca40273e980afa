"""Coverage-guided fuzzing of what strangers reach first: the strict JSON loader and the check of partners' tokens.

``reading`` and ``doorkeeper`` decide once more what the hub decides, written from its rules and not from its code;
``forge`` makes requests out of bytes; ``targets`` says what must hold for any input; ``loop`` is the process that
atheris runs, ``__main__`` starts it and reports; ``grown`` keeps the inputs that were found worth keeping.
"""
