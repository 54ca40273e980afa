"""Part 3: the partner's webhook receiver. ``standard`` signs deliveries, ``deliveries`` sends right and wrong ones."""

from conformance.receiver.deliveries import PART, Receiver, checks

__all__ = ["PART", "Receiver", "checks"]
