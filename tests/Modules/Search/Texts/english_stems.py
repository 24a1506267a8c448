"""Writes english_stems.txt: words of a text and their stems by Snowball's own generated English stemmer (Debian: python3-snowballstemmer 2.2.0).
Any English text will do; the committed file came from the Cranfield abstracts and the words of the algorithm's own description.

    python3 english_stems.py TEXT > english_stems.txt
"""
import random
import re
import sys

import snowballstemmer

DESCRIBED = """consign consigned consigning consignment consist consisted consistency consistent consistently consisting consists consolation consolations consolatory console consoled consoles
consolidate consolidated consolidating consoling consolingly consols consonant consort consorted consorting conspicuous conspicuously conspiracy conspirator conspirators conspire conspired conspiring
constable constables constance constancy constant knack knackeries knacks knag knave knaves knavish kneaded kneading knee kneel kneeled kneeling kneels knees knell knelt knew knick knif knife knight knightly
knights knit knits knitted knitting knives knob knobs knock knocked knocker knockers knocking knocks knopp knot knots skis skies dying lying tying idly gently ugly early only singly sky news howe atlas cosmos
bias andes inning outing canning herring earring proceed exceed succeed generous generate communism communication arsenic ties cries gas this gaps kiwis agreed feed hoped hopping falling luxuriated bled sing
youth boy boyish say saying by cry enjoy possibly apologist happily rationalization relational formative callousness hopefulness sensibility biology predication adjustable replacement adoption
controllable roll probate rate cease a be is us ss yy yes yell beautiful beauty bbe""".split()

words = sorted(set(re.findall(r"[a-z]{2,}", open(sys.argv[1], encoding="latin-1").read().lower())))
random.Random(1).shuffle(words)
stemmer = snowballstemmer.stemmer("english")
for word in sorted(set(words[:2500]) | set(DESCRIBED)):
    print(word, stemmer.stemWord(word))
