"""桥梁看护: an app from outside, loaded through the same door as the built-in ones."""
