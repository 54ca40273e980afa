"""What a claim costs: beside other counsellors who press at once, and behind many who wait."""
