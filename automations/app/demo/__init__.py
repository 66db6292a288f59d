"""`daicho demo`: an invented shop, 茶菓処こもれび堂, and a tour through two and a half weeks of its days."""
