"""How far the hub goes: a model of what each key takes, limits and prices, and a check by simulation."""
