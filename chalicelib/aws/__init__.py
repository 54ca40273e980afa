"""The adapters: the only users of boto3. They do what was decided elsewhere; each takes its client as an argument."""
