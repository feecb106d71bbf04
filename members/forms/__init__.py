"""What people type, checked and put in order; one module per topic."""
