"""An existing network of an earlier release upgrades with `migrate` and keeps everything."""
