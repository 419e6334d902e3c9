"""The nouns of the platform (内核): journal < access < system < subject < resource < case < indicator."""
