"""Where things go: addresses, postcodes, prefectures, islands."""
