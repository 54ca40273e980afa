"""The hub in one process: AWS in memory, one clock, every outside call in the test's hand."""
