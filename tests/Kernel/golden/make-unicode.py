"""Normalisation forms by Python's unicodedata, for UnicodeNormalizationTests.cs.   usage: python3 make-unicode.py > unicode.json"""
import json
import random
import unicodedata

rng = random.Random(5)
alphabet = [chr(p) for p in range(0x80, 0x30000) if unicodedata.normalize("NFKD", chr(p)) != chr(p) or unicodedata.combining(chr(p))]
texts = ["", "plain", "é", "e\u0301\u0323", "ﬁ½Ⅷ", "각", "\u1100\u1161\u11a8", "\uac00\u11a8", "Å\u212b\u00c5", "\u0344", "ﷺ", "\U0001d518", "q\u0307\u0323", "\u0958"]
texts += ["".join(rng.choice(alphabet + list("aeiou")) for _ in range(rng.randint(1, 8))) for _ in range(200)]
json.dump([{"text": t, **{f: unicodedata.normalize(f, t) for f in ("NFC", "NFD", "NFKC", "NFKD")}} for t in texts], __import__("sys").stdout, indent=0)
