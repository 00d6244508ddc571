"""How a version of the gate is released: what must agree, and the commit that its tag names in the end."""
