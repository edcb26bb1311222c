"""Who acts in AWS: the roles of a plan, what they may do, and the pods and nodes that take them."""
