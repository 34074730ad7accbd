"""Building web forms: what is asked, in which order and language, under which words of consent."""
