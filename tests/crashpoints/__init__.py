"""Death before and after every outside call of every use case: nothing may be lost, nothing doubled."""
