"""Writes the texts that are added to the training data, from the templates beside this file.

    make.py            writes english.tsv and french.tsv: text<TAB>negative|neutral|positive
    make.py --check    says whether they are what the templates give; writes nothing

A file of templates has slots and templates:

    :brand Zephyra | Kelvano            what {brand} may stand for
    == negative                         the label of the templates below
    [My|Our] {brand} broke.             [a|b] is one of both, in the text or in a slot

A line that begins with # is a remark. What a template gives depends on itself, the slots and its
language only: a template more changes no text of another, except those that its class drops to
keep to PER_CLASS. The same files give the same bytes with every Python 3.
"""
import pathlib
import random
import re
import sys
import unicodedata

LABELS = ('negative', 'neutral', 'positive')
LANGUAGES = ('english', 'french')
PER_CLASS = 425
PER_TEMPLATE = 3
HERE = pathlib.Path(__file__).resolve().parent
# What a word becomes beside the one that a slot put there.
MENDED = {
    'english': ((r'\b([Aa]) (?=[aei])', r'\1n '), (r'\b([Aa]) o(?=[a-z])(?!ne)', r'\1n o')),
    'french': ((r'\b([LlDd])[ea] (?=[aeiouAEIOUéÉ])', r"\1'"),
               (r"\b([Qq])ue (?=[AEIOUaeiou])", r"\1u'"), (r'\bdu (?=[aeo])', "de l'"),
               (r'\bà le ', 'au '), (r'\bde le ', 'du '), (r'\bde les ', 'des '),
               (r'\bnouveau (?=[aeo])', 'nouvel '), (r'\bce (?=[aeo][a-z]{4})', 'cet '),
               (r'\b([Mm])a (?=[ie])', r'\1on ')),
}


def read_templates(path):
    """The slots, by name, and the templates, by label."""
    slots, templates, label = {}, {name: [] for name in LABELS}, None
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        line = line.strip()
        if not line or line.startswith('# '):
            continue
        if line.startswith(':'):
            name, _, values = line[1:].partition(' ')
            slots[name] = [value.strip() for value in values.split(' | ')]
        elif line.startswith('== '):
            label = line[3:]
            if label not in templates:
                sys.exit(f'{path}:{number}: {label} is no label; write one of {LABELS}')
        elif label is None:
            sys.exit(f'{path}:{number}: no label stands above; write == negative')
        else:
            templates[label].append(line)
    return slots, templates


class Dice:
    """The one function of random that is the same in every version of Python."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def chance(self, probability):
        return self._random.random() < probability

    def one_of(self, values):
        return values[int(self._random.random() * len(values))]


def expand(text, slots, dice):
    """The template with one value in the place of each slot and of each [a|b]."""
    while True:
        found = re.search(r'\{(\w+)\}|\[([^\[\]]*)\]', text)
        if not found:
            return re.sub(r'\s+(?=,|\.$| |$)', '', text).strip()
        values = slots[found[1]] if found[1] else found[2].split('|')
        unused = [value for value in values if value not in text] if found[1] else values
        text = text[:found.start()] + dice.one_of(unused or values) + text[found.end():]


def mend(text, language):
    for wrong, right in MENDED[language]:
        text = re.sub(wrong, right, text)
    return text


def slip(text, dice):
    """A slip of the finger in one of the longer words."""
    words = text.split(' ')
    places = [at for at, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if places:
        at = dice.one_of(places)
        word, inside = words[at], dice.one_of(range(1, 4))
        swapped = word[:inside] + word[inside + 1] + word[inside] + word[inside + 2:]
        dropped = word[:inside] + word[inside + 1:]
        words[at] = dice.one_of((swapped, dropped))
    return ' '.join(words)


def without_accents(text):
    apart = unicodedata.normalize('NFD', text)
    return unicodedata.normalize('NFC', ''.join(
        c for c in apart if not '\u0300' <= c <= '\u036f'))


def decorate(text, label, slots, dice):
    """What the same words look like from another phone."""
    if dice.chance(0.06):
        text = slip(text, dice)
    if dice.chance(0.08):
        text = without_accents(text)
    if dice.chance(0.12):
        text = text.lower()
    elif dice.chance(0.03):
        text = re.sub(r'\b(HTTP|@USER)\b', lambda m: m[0].lower(), text.upper())
        text = text.replace('@USER', '@user')
    if dice.chance(0.15) and text.endswith('.'):
        text = text[:-1]
    elif dice.chance(0.2) and text.endswith('!'):
        text += dice.one_of(('!', '!!', ' !'))
    if dice.chance(0.15) and '@user' not in text:
        text = '@user ' + text
    if dice.chance(0.14):
        text += ' ' + dice.one_of(slots['emoji_' + label])
    if dice.chance(0.12) and 'http' not in text:
        text += ' http'
    return text


def texts_of(label, language, slots, templates):
    """The first text of every template, then the second of every template, up to PER_CLASS."""
    rounds = [[] for _ in range(PER_TEMPLATE)]
    seen = set()
    for template in templates:
        dice, kept = Dice(f'{language} {label} {template}'), 0
        for _ in range(3 * PER_TEMPLATE):
            text = mend(expand(template, slots, dice), language)
            text = decorate(text, label, slots, dice)
            if kept < PER_TEMPLATE and text not in seen:
                seen.add(text)
                rounds[kept].append(text)
                kept += 1
    return [text for a_round in rounds for text in a_round][:PER_CLASS]


def table_of(language):
    slots, templates = read_templates(HERE / f'{language}.txt')
    return ''.join(f'{text}\t{label}\n' for label in LABELS
                   for text in texts_of(label, language, slots, templates[label]))


def main(arguments):
    for language in LANGUAGES:
        path, table = HERE / f'{language}.tsv', table_of(language)
        if arguments != ['--check']:
            path.write_text(table, encoding='utf-8')
        elif not path.exists() or path.read_text(encoding='utf-8') != table:
            sys.exit(f'{path} is not what the templates give; run {__file__}')


if __name__ == '__main__':
    main(sys.argv[1:])
