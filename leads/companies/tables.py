"""Tables: how companies are constituted, and whose mail says nothing about where one works."""

# Dropped at the end of a name: not what a company is called.
LEGAL_FORMS = frozenset({
    "ab", "ag", "aktiengesellschaft", "and", "aps", "as", "asa", "bv", "co", "company", "corp",
    "corporation", "cv", "doo", "eg", "ek", "eood", "ev", "gbr", "gmbh", "inc", "incorporated",
    "kft", "kg", "kgaa", "kk", "lda", "limited", "llc", "llp", "ltd", "ltda", "mbh", "nv", "ohg",
    "ood", "oy", "oyj", "plc", "pte", "pty", "rt", "sa", "sarl", "sas", "se", "sl", "spa", "spzoo",
    "srl", "sro", "ug", "und",
})  # fmt: skip

# Addresses that say nothing about where somebody works.
FREE_MAIL = frozenset({
    "126.com", "163.com", "aim.com", "aol.com", "arcor.de", "att.net", "bellsouth.net",
    "bigpond.com", "bluewin.ch", "bol.com.br", "btinternet.com", "charter.net", "comcast.net",
    "cox.net", "duck.com", "earthlink.net", "email.com", "fastmail.com", "fastmail.fm",
    "foxmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de",
    "gmx.net", "googlemail.com", "hanmail.net", "hey.com", "hotmail.co.uk", "hotmail.com",
    "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "icloud.com", "inbox.lv", "inbox.ru",
    "interia.pl", "kpnmail.nl", "laposte.net", "libero.it", "list.ru", "live.co.uk", "live.com",
    "live.de", "live.fr", "live.nl", "mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org",
    "me.com", "msn.com", "naver.com", "neuf.fr", "o2.pl", "onet.pl", "online.de", "optonline.net",
    "orange.fr", "outlook.com", "outlook.de", "outlook.es", "outlook.fr", "pm.me", "posteo.de",
    "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "rocketmail.com", "sapo.pt",
    "sbcglobal.net", "seznam.cz", "sfr.fr", "sina.com", "sky.com", "skynet.be", "t-online.de",
    "talktalk.net", "telenet.be", "terra.com.br", "tiscali.it", "tutanota.com", "uol.com.br",
    "verizon.net", "virgilio.it", "virginmedia.com", "wanadoo.fr", "web.de", "wp.pl", "xtra.co.nz",
    "yahoo.ca", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br",
    "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com",
    "zoho.com",
})  # fmt: skip
