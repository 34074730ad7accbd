"""How promises were kept week by week, as a whole and by whom, beside what was promised then."""
