"""Writes LANGUAGE.own.tsv and LANGUAGE.mild.tsv (WORD<TAB>VALUE) from LANGUAGE.own.txt beside it.
The second has the words that say little; how far each of both is trusted is learnt.

    inflect.py            writes them
    inflect.py --check    says whether they are what the lists give; writes nothing

A list has classes of endings and words:

    :A o a os as        an ending class; "-" stands for none
    == 0.5              the value of the words below
    lind/A amor/S sim   lindo linda lindos lindas amor amores sim

Words are folded as the engine folds them. What is written with a hyphen is left out: it is more
than a word. Where a form is listed twice, the stronger value counts.
"""
import pathlib
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent


def fold(word):
    word = word.casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def forms(text):
    endings, value, found = {}, 0.0, {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(":"):
            name, *ends = line[1:].split()
            endings[name] = ["" if end == "-" else end for end in ends]
        elif line.startswith("=="):
            value = float(line[2:])
        else:
            for entry in line.split():
                stem, _, kind = entry.partition("/")
                for end in endings[kind] if kind else [""]:
                    word = fold(stem + end)
                    if not word.isalnum() or len(word) < 2:
                        continue
                    if abs(value) > abs(found.get(word, 0.0)):
                        found[word] = value
    return sorted(found.items())


def lines(found, strong):
    return "".join(f"{word}\t{value:g}\n" for word, value in found if (abs(value) == 1) == strong)


def main():
    wrong = 0
    for source in sorted(HERE.glob("*.own.txt")):
        found = forms(source.read_text(encoding="utf-8"))
        for kind, strong in (("own", True), ("mild", False)):
            target = HERE / source.name.replace(".own.txt", f".{kind}.tsv")
            text = lines(found, strong)
            if sys.argv[1:] == ["--check"]:
                if not target.exists() or target.read_text(encoding="utf-8") != text:
                    print(f"{target.name} is not what {source.name} gives: run inflect.py")
                    wrong = 1
            else:
                target.write_text(text, encoding="utf-8")
    return wrong


sys.exit(main())
