"""What touches the hardware: the only part of `brace` that imports `machine` or `rp2`."""
