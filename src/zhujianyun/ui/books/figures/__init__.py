"""The book of indicators (指标册): every figure with its definition, its versions and its records."""
