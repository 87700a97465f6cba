"""What is published, as bytes: pure, like the core."""
