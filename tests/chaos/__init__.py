"""The site as it is deployed, killed piece by piece under load, and what its clients were told checked afterwards."""
