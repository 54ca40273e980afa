"""The operator's tools: partners and their keys, counsellor tokens, signed handoffs. Not deployed with the hub."""
