"""The parts of `make deliveries`: partners with endpoints, handoffs through their whole life, and what arrived."""
