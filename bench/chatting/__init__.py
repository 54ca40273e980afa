"""The parts of `make chats`: a conversation, the pages that carry it, the ways to the hub, and the figures."""
