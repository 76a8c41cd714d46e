"""Recording a group, and only that: its run, what Zoom is told, and the register of files (N3, X1, X2)."""
