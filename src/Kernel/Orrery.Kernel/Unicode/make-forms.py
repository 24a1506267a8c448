"""Writes unicode-forms.txt, the data of UnicodeNormalization.cs, from Python's own copy of the Unicode Character Database.

usage: python3 make-forms.py > unicode-forms.txt

Lines, all numbers hexadecimal:  D code decomposition…   full canonical decomposition (without Hangul, which is arithmetic)
                                 K code decomposition…   full compatibility decomposition, where it differs
                                 C first last class      canonical combining class
                                 P first second code     canonical composition of two
"""
import sys
import unicodedata

HANGUL = range(0xAC00, 0xD7A4)
lines = [f"# Unicode {unicodedata.unidata_version}"]
points = [p for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF and p not in HANGUL]


def hexes(text):
    return " ".join(f"{ord(c):X}" for c in text)


for p in points:
    c = chr(p)
    canonical, compatible = unicodedata.normalize("NFD", c), unicodedata.normalize("NFKD", c)
    if canonical != c:
        lines.append(f"D {p:X} {hexes(canonical)}")
    if compatible != canonical:
        lines.append(f"K {p:X} {hexes(compatible)}")
start = None
for p in range(0x110001):
    cls = unicodedata.combining(chr(p)) if p < 0x110000 else 0
    if start is not None and cls != start[1]:
        lines.append(f"C {start[0]:X} {p - 1:X} {start[1]:X}")
        start = None
    if start is None and cls:
        start = (p, cls)
for p in points:
    parts = unicodedata.decomposition(chr(p)).split()
    if len(parts) == 2 and not parts[0].startswith("<"):
        pair = "".join(chr(int(x, 16)) for x in parts)
        if unicodedata.normalize("NFC", pair) == chr(p):
            lines.append(f"P {parts[0].lstrip('0')} {parts[1].lstrip('0')} {p:X}")
sys.stdout.write("\n".join(lines) + "\n")
