"""Room of what every API shares: tokens, idempotency, throttles, paging, error shape."""
