"""HTTP: one blueprint per audience. A view parses, calls one verb of the desk, and shows the answer in wire form."""
