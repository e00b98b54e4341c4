"""What a history itself can show: findings about what was done, and the evidence to take away."""
