"""Room of pages that belong to no single app: home, my page, health, navigation."""
