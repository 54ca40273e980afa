"""The hub beside its peers: the processes that run them, what they are asked, and what is read off them."""
